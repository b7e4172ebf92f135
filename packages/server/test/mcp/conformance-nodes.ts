import { type AnyNodeImplementation, defineNode, implementInlineNode } from '@tenon/core/node'
import { z } from 'zod'
import { testNodes } from '../../src/testing/kit/test-nodes.ts'

const delay = defineNode({
  type: 'delay',
  version: 1,
  title: 'Delay',
  description: 'Wait for some seconds',
  icon: 'M4 12h16',
  category: 'flow',
  inline: true,
  params: z.object({ seconds: z.coerce.number().default(1) }),
  ports: [{ name: 'success', title: 'Done' }],
  outputs: { success: z.object({}) },
  summary: 'Waits',
  effect: 'none',
})

/** Node types of the workflows that the conformance scenarios call. */
export const conformanceNodes: readonly AnyNodeImplementation[] = [
  ...testNodes,
  implementInlineNode(delay, ({ seconds }, { resume, now }) =>
    resume === null ? { suspend: { kind: 'time', dueAt: now + seconds * 1_000 } } : { port: 'success', output: {} },
  ),
]
