import type { JsonObject } from '@tenon/core/document'
import type { NodeManifest, NodeManifestEntry } from '@tenon/core/node'

const CLOSED: JsonObject = { type: 'object', additionalProperties: false }

function entry(type: string, params: JsonObject, fields: Partial<NodeManifestEntry>): NodeManifestEntry {
  return {
    type,
    version: 1,
    title: type,
    description: type,
    icon: '',
    category: 'flow',
    params: { type: 'object', properties: params },
    ports: [{ name: 'success', title: 'Done' }],
    inputs: [{ name: 'in' }],
    outputs: { success: CLOSED },
    summary: type,
    effect: 'none',
    inline: true,
    ...fields,
  }
}

const objectOf = (properties: JsonObject): JsonObject => ({ ...CLOSED, properties, required: Object.keys(properties) })
const CHOSEN = objectOf({ chosen: {} })

/** Node types whose outputs are described, as those of a host; `open` adds fields that are not known. */
export const EXTRACTION_MANIFEST: NodeManifest = {
  hash: 'extraction',
  nodes: [
    entry(
      'start',
      { inputSchema: { literal: true } },
      { control: 'trigger', inputs: [], outputs: { success: { fromParam: 'inputSchema' } } },
    ),
    entry('end', { output: { default: '{{input}}' } }, { control: 'end', ports: [], outputs: {} }),
    entry('set', { fields: {} }, { outputs: { success: { fromParam: 'fields', as: 'values' } } }),
    entry('open', { fields: {} }, { outputs: { success: { type: 'object', additionalProperties: true } } }),
    entry(
      'if-else',
      { when: {} },
      {
        ports: [
          { name: 'true', title: 'true' },
          { name: 'false', title: 'false' },
        ],
        outputs: { true: CHOSEN, false: CHOSEN },
      },
    ),
    entry(
      'fork',
      { branches: {} },
      {
        control: 'fork',
        ports: [{ each: 'params.branches', id: 'id', title: 'id' }],
        outputs: { '*': CLOSED },
      },
    ),
    entry('join', {}, { control: 'join' }),
    entry('each', { items: {} }, { control: 'loop', outputs: { success: objectOf({ results: { type: 'array' } }) } }),
    entry(
      'child',
      { workflow: { literal: true }, input: {}, wait: {} },
      {
        control: 'child',
        outputs: { success: objectOf({ runId: {}, status: {}, outcome: {}, output: {} }) },
      },
    ),
  ],
}
