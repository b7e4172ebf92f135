import type { NodeManifest, NodeManifestEntry } from '@tenon/core/node'

function entry(type: string, fields: Partial<NodeManifestEntry>): NodeManifestEntry {
  return {
    type,
    version: 1,
    title: type,
    description: type,
    icon: '',
    category: 'flow',
    params: {},
    ports: [{ name: 'success', title: 'Done' }],
    inputs: [{ name: 'in' }],
    outputs: {},
    summary: type,
    effect: 'none',
    inline: true,
    ...fields,
  }
}

const port = (name: string) => ({ name, title: name })

/** Node types for tests of the machine: the control nodes, some inline ones, and `probe`, which is dispatched. */
export const TEST_MANIFEST: NodeManifest = {
  hash: 'test',
  nodes: [
    entry('start', { control: 'trigger', inputs: [] }),
    entry('end', { control: 'end', ports: [] }),
    entry('set', {}),
    entry('if-else', { ports: [port('true'), port('false')] }),
    entry('switch', {
      ports: [{ each: 'params.cases', id: 'id', title: 'title' }, port('default')],
    }),
    entry('fork', {
      control: 'fork',
      params: { properties: { branches: { default: [{ id: 'a' }, { id: 'b' }] } } },
      ports: [{ each: 'params.branches', id: 'id', title: 'title' }],
    }),
    entry('join', { control: 'join' }),
    entry('loop', { control: 'loop' }),
    entry('scope', { control: 'scope' }),
    entry('break', { control: 'break', ports: [] }),
    entry('continue', { control: 'continue', ports: [] }),
    entry('delay', { control: 'delay' }),
    entry('wait-for-event', { control: 'event', ports: [port('success'), port('timeout')] }),
    entry('wait-for-callback', { control: 'callback', ports: [port('success'), port('timeout')] }),
    entry('approval', { control: 'approval', ports: [port('approve'), port('reject'), port('timeout')] }),
    entry('agent', {
      inline: false,
      calls: [
        { type: 'probe', version: 1 },
        { type: 'agent', version: 1 },
      ],
    }),
    entry('probe', { inline: false, effect: 'write', policy: { retry: { maximumAttempts: 5 }, timeout: '10s' } }),
  ],
}
