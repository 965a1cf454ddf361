import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** The order in which data flows; a folder imports only from folders to its left. */
const order = [
  'generated',
  'manifest',
  'data',
  'engine',
  'backbone',
  'checks',
  'verdict',
  'strategy',
  'probe',
  'report',
  'github',
  'bot',
];

/** The files beside the folders: they build on these, never the other way. */
const beside =
  'action|bot|cleanup|cli|dataset-probe|exit-codes|failure|headstart|option-values|output-folder|outputs|print|progress|progress-line|publish-state|run|worker|(engine|probe|report)-commands';

const importDirection = order.map((folder, position) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(${[...order.slice(position + 1), `(${beside})\\.js$`].join('|')})`,
            message: `src/${folder} may import only from itself and from: ${order.slice(0, position).join(', ')}`,
          },
        ],
      },
    ],
  },
}));

const pure = ['verdict', 'report'].map((folder) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'performance', 'Buffer'],
    'no-restricted-properties': [
      'error',
      { object: 'Math', property: 'random', message: 'Pass a seeded generator in.' },
      { object: 'Date', property: 'now', message: 'Pass the time in.' },
    ],
  },
}));

export default tseslint.config(
  {
    ignores: ['dist/', 'build/', 'src/generated/', 'src/engine/wasm/kernels/', 'node_modules/', 'coverage/'],
  },
  js.configs.recommended,
  {
    files: ['src/**/*.ts', '__tests__/**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  ...importDirection,
  ...pure,
  {
    files: ['scripts/**/*.mjs', 'bench/**/*.mjs', '*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        performance: 'readonly',
        AbortController: 'readonly',
      },
    },
  },
);
