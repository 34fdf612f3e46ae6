import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../../schema/schema.graphql',
  documents: 'src/*.ts',
  importExtension: '.ts',
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: {
        fragmentMasking: false,
        persistedDocuments: true, // writes persisted-documents.json, which a server can be given as its list
      },
      config: {
        documentMode: 'string', // for fetch; Apollo Client and urql take the default, documentNode
        enumType: 'string-literal',
        futureProofEnums: true, // a new code is no break: a switch over codes has a default
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          ID: '../scalars.ts#Id',
          Decimal: '../scalars.ts#Decimal',
          Date: '../scalars.ts#Day',
          DateTime: 'string',
          CurrencyCode: 'string',
          JSON: 'unknown',
        },
      },
    },
  },
};

export default config;
