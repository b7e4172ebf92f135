/**
 * Imports that each package may have, by DESIGN's layers. `external` lists npm packages; node builtins are apart.
 *
 * @type {Record<string, { tenon: readonly string[], node: boolean }>}
 */
export const PACKAGE_RULES = {
  core: { tenon: [], node: false },
  nodes: { tenon: ['core'], node: false },
  runtime: { tenon: ['core'], node: true },
  connectors: { tenon: ['core'], node: false },
  server: { tenon: ['core', 'runtime'], node: true },
  editor: { tenon: ['core'], node: false },
}

/** The only npm packages that core may load, and where. */
export const CORE_EXTERNALS = [
  { package: 'zod', under: ['packages/core/src/node/', 'packages/core/src/api/', 'packages/core/src/testing/'] },
  {
    package: 're2js',
    under: ['packages/core/src/evaluate/', 'packages/core/src/node/json-schema/', 'packages/core/src/validate/'],
  },
  { package: '@cfworker/json-schema', under: ['packages/core/src/node/json-schema/'] },
  { package: '@noble/hashes', under: ['packages/core/src/'] },
  { package: 'lossless-json', under: ['packages/core/src/text/', 'packages/core/src/evaluate/'] },
  { package: 'date-fns', under: ['packages/core/src/evaluate/'] },
  { package: '@date-fns/utc', under: ['packages/core/src/evaluate/'] },
  { package: 'yjs', under: ['packages/core/src/collab/'] },
  { package: 'fractional-indexing', under: ['packages/core/src/collab/'] },
  { package: 'eventsource-parser', under: ['packages/core/src/client/'] },
]

/** Entries whose static imports must not reach a package: what is heavy, or probes `eval`, stays out. */
export const UNREACHABLE = [
  {
    entry: 'packages/editor/src/index.ts',
    packages: [
      'zod',
      're2js',
      '@cfworker/json-schema',
      'y-websocket',
      '@codemirror/',
      'y-codemirror.next',
      '@dagrejs/dagre',
      'date-fns',
      'uplot',
    ],
  },
  { entry: 'packages/core/src/document/index.ts', packages: ['zod', 're2js', 'yjs'] },
  { entry: 'packages/core/src/run/index.ts', packages: ['zod', 're2js', 'yjs'] },
  { entry: 'packages/core/src/expression/index.ts', packages: ['zod', 're2js', 'yjs'] },
  { entry: 'packages/core/src/client/index.ts', packages: ['zod', 're2js', 'yjs'] },
  { entry: 'packages/core/src/collab/index.ts', packages: ['zod', 're2js'] },
  { entry: 'packages/nodes/src/index.ts', packages: ['openai', '@aws-sdk/'] },
  {
    entry: 'packages/runtime/src/engines/temporal/workflow/index.ts',
    packages: ['zod', 're2js', 'yjs', 'kysely', 'pg', 'undici'],
  },
]

/** Folders in which global names are forbidden, and why. */
export const FORBIDDEN_GLOBALS = [
  {
    under: 'packages/runtime/src/interpreter/',
    except: '',
    names: [
      'Date',
      'Math.random',
      'setTimeout',
      'setInterval',
      'queueMicrotask',
      'crypto',
      'performance',
      'process',
      'fetch',
    ],
    why: 'the machine has no clock, randomness or I/O',
  },
  {
    under: 'packages/core/src/',
    except: '',
    names: ['process', 'Buffer', 'require', 'document', 'window'],
    why: 'core is isomorphic',
  },
  {
    under: 'packages/nodes/src/',
    except: '',
    names: ['fetch', 'XMLHttpRequest', 'WebSocket'],
    why: 'nodes send requests by http of their context alone',
  },
  {
    under: 'packages/connectors/src/',
    except: 'packages/connectors/src/testing/',
    names: ['fetch', 'XMLHttpRequest', 'WebSocket', 'process'],
    why: 'connectors send requests by http of their context alone',
  },
  {
    under: 'packages/editor/src/',
    except: 'packages/editor/src/instance/',
    names: ['document', 'window'],
    why: 'an editor reaches its page only through its instance',
  },
]
