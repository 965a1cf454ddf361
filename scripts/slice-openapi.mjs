/**
 * Cuts __tests__/fixtures/github/openapi.json, which the fake GitHub checks requests and answers against, out of
 * GitHub's own description of its API: `node scripts/slice-openapi.mjs generated/api.github.com.deref.json`, a file of
 * the npm package @octokit/openapi, which is too large to install with the rest. Which operations, and which
 * properties of their answers, says slice.json beside the result: dotted paths, through lists as if they weren't there.
 */
import { readFile, writeFile } from 'node:fs/promises';

const home = new URL('../__tests__/fixtures/github/', import.meta.url);
const methods = ['get', 'post', 'put', 'patch', 'delete'];

const [description] = process.argv.slice(2);
if (description === undefined) throw new Error('Give the path of api.github.com.deref.json.');
const { source, note, operations: wanted } = JSON.parse(await readFile(new URL('slice.json', home), 'utf8'));
const { paths } = JSON.parse(await readFile(description, 'utf8'));

const described = new Map(
  Object.entries(paths).flatMap(([path, item]) =>
    methods
      .filter((method) => method in item)
      .map((method) => [item[method].operationId, { path, method, ...item[method] }]),
  ),
);
const operations = Object.entries(wanted).map(([id, kept]) => slice(id, kept.split(' ').filter(Boolean)));
// An operation a line: what changes can be told from a difference, and the file stays small.
const lines = operations.map((operation) => JSON.stringify(operation)).join(',\n');
const head = JSON.stringify({ source, note }).slice(0, -1);
await writeFile(new URL('openapi.json', home), `${head},"operations":[\n${lines}\n]}\n`);

function slice(operationId, kept) {
  const operation = described.get(operationId);
  if (operation === undefined) throw new Error(`GitHub has no operation ${operationId}`);
  const { method, path, parameters = [], requestBody, responses } = operation;
  const success = Object.keys(responses).find((status) => status.startsWith('2'));
  const answer = responses[success]?.content?.['application/json']?.schema;
  return {
    operationId,
    method: method.toUpperCase(),
    path,
    parameters: parameters
      .filter((parameter) => parameter.in === 'path' || parameter.in === 'query')
      .map(({ name, in: place, required = false, schema }) => ({
        name,
        in: place,
        required,
        schema: bare(schema),
      })),
    ...(requestBody && {
      bodyRequired: requestBody.required === true,
      body: bare(requestBody.content['application/json'].schema),
    }),
    statuses: Object.keys(responses).map(Number),
    ...(answer && kept.length > 0 && { answer: only(bare(answer), tree(kept), operationId) }),
  };
}

/** `['id', 'user.login']` as `{ id: {}, user: { login: {} } }`. */
function tree(names) {
  const root = {};
  for (const name of names) name.split('.').reduce((node, part) => (node[part] ??= {}), root);
  return root;
}

/** A schema without what explains it; a property may be called `description`, too. */
function bare(schema, properties = false) {
  if (Array.isArray(schema)) return schema.map((inner) => bare(inner));
  if (typeof schema !== 'object' || schema === null) return schema;
  // OpenAPI's null goes without saying, JSON Schema's does not.
  if (schema.nullable === true && schema.enum !== undefined && !schema.enum.includes(null)) {
    return bare({ ...schema, enum: [...schema.enum, null] });
  }
  const explains = ['description', 'example', 'examples', 'title', 'deprecated', 'x-github-breaking-changes'];
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => properties || !explains.includes(key))
      .map(([key, value]) => [key, bare(value, key === 'properties' && !properties)]),
  );
}

/** The schema of an answer with the wanted properties alone. */
function only(schema, wanted, where) {
  if (Object.keys(wanted).length === 0) return schema;
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined) {
    const fitting = choices
      .filter((choice) => holds(choice, wanted))
      .map((choice) => only(choice, wanted, where));
    const different = [...new Map(fitting.map((choice) => [JSON.stringify(choice), choice])).values()];
    if (different.length === 0)
      throw new Error(`${where}: no form of it has ${Object.keys(wanted).join(', ')}`);
    return different.length === 1 ? different[0] : { anyOf: different };
  }
  if (schema.allOf !== undefined) {
    const parts = schema.allOf.map((part) => {
      const there = Object.entries(wanted).filter(([name]) => name in (part.properties ?? {}));
      return there.length === 0 ? {} : only(part, Object.fromEntries(there), where);
    });
    return { allOf: parts };
  }
  if (schema.items !== undefined) return { ...schema, items: only(schema.items, wanted, where) };
  const names = Object.keys(wanted);
  const missing = names.filter((name) => !(name in (schema.properties ?? {})));
  if (missing.length > 0) throw new Error(`${where} has no ${missing.join(', ')}`);
  const required = (schema.required ?? []).filter((name) => names.includes(name));
  return {
    type: schema.type,
    ...(schema.nullable && { nullable: true }),
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(
      names.map((name) => [name, only(schema.properties[name], wanted[name], `${where}.${name}`)]),
    ),
  };
}

function holds(schema, wanted) {
  if (schema.items !== undefined) return holds(schema.items, wanted);
  if (schema.allOf !== undefined) return true;
  return Object.keys(wanted).every((name) => name in (schema.properties ?? {}));
}
