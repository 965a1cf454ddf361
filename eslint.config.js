import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Data flows one way, and so do imports: a folder imports only from itself and from those above it in this list. */
const order = [
  'generated',
  'dataset',
  'engine',
  'backbone',
  'checks',
  'verdict',
  'strategy',
  'scheduling',
  'probe',
  'report',
  'pipeline',
  'github',
  'cli',
  'action',
  'bot',
];

/** The entries, which no file imports. */
const entries = 'action|bot|cleanup|cli|worker';

const importDirection = order.map((folder, position) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(${[...order.slice(position + 1), `(${entries})\\.js$`].map((one) => (one.endsWith('$') ? one : `${one}/`)).join('|')})`,
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
