// Hashes of documents, as `persistedQuery` takes them.

import type { DocumentNode } from 'graphql';

/** Return the hash that codegen gave a document: its key in persisted-documents.json, for a server that has that list. */
export function hashOf(document: DocumentNode): string {
  return (document as DocumentNode & { __meta__: { hash: string } }).__meta__.hash;
}

/** Return the hash of a text that is sent along when the server does not know it. */
export async function sha256(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
