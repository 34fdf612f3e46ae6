import type { CodegenConfig } from '@graphql-codegen/cli';
import { addTypenameSelectionDocumentTransform } from '@graphql-codegen/client-preset';

const preset = {
  preset: 'client',
  presetConfig: {
    fragmentMasking: false,
    persistedDocuments: true, // writes persisted-documents.json, which a server can be given as its list
  },
} as const;

const types = {
  enumType: 'string-literal',
  futureProofEnums: true, // a new code is no break: a switch over codes has a default
  useTypeImports: true,
  strictScalars: true,
  scalars: {
    ID: '../../src/scalars.ts#Id',
    Decimal: '../../src/scalars.ts#Decimal',
    Date: '../../src/scalars.ts#Day',
    DateTime: 'string',
    CurrencyCode: 'string',
    JSON: 'unknown',
  },
} as const;

const config: CodegenConfig = {
  schema: '../../schema/schema.graphql',
  documents: 'src/*.ts',
  importExtension: '.ts',
  generates: {
    'src/gql/': { ...preset, config: { ...types, documentMode: 'string' } }, // for fetch: a document is its text
    'clients/gql/': {
      ...preset, // for Apollo Client and urql: a document is parsed, and asks for the types that their caches need
      config: types,
      documentTransforms: [addTypenameSelectionDocumentTransform],
    },
    'clients/gql/possible-types.ts': { plugins: ['fragment-matcher'] }, // which types are user errors
    'clients/gql/type-policies.ts': { plugins: ['./type-policies.ts'] }, // what Apollo's cache merges
  },
};

export default config;
