/** Where the page is built to, and how: each file but the page itself has a hash in its name, so that it never changes. */
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** Puts a compressed copy beside each script and style, so that the server compresses nothing. */
const compressed: Plugin = {
  name: "compressed",
  generateBundle: {
    order: "post",
    handler(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (!/\.(js|css)$/.test(file.fileName)) continue;
        const content = file.type === "chunk" ? file.code : file.source;
        this.emitFile({ type: "asset", fileName: `${file.fileName}.gz`, source: gzipSync(content, { level: 9 }) });
      }
    },
  },
};

export default defineConfig({
  base: "/graphiql/",
  build: {
    outDir: "../server/billhook/http/page",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the Content-Security-Policy lets in files of this server, and hardly anything else
    license: { fileName: "licenses.md" }, // of all that is in the scripts, which the wheel hands on
    chunkSizeWarningLimit: 5000, // Monaco, the editor, is large, and comes from the same host
  },
  plugins: [compressed],
});
