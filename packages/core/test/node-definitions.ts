import { z } from 'zod'
import { defineNode } from '../src/node/define-node.ts'

export const greet = defineNode({
  type: 'acme/greet',
  version: 1,
  title: 'Greet',
  description: 'Say hello to a person',
  icon: 'M4 12h16',
  category: 'action',
  params: z.object({
    name: z.string().min(1).meta({ title: 'Name', control: 'text', placeholder: 'Ada' }),
    times: z.number().int().default(1).meta({ title: 'Times', control: 'number' }),
  }),
  ports: [{ name: 'success', title: 'Done' }],
  outputs: { success: z.object({ greeting: z.string() }) },
  summary: 'Greets {name}',
  effect: 'none',
})

export const route = defineNode({
  type: 'acme/route',
  version: 2,
  title: 'Route',
  description: 'One of several ways',
  icon: 'M4 12h16',
  category: 'flow',
  params: z.object({
    cases: z.array(z.object({ id: z.string(), title: z.string() })),
    schema: z.record(z.string(), z.unknown()),
  }),
  ports: [
    { each: 'params.cases', id: 'id', title: 'title' },
    { name: 'default', title: 'Default' },
    { name: 'data', title: 'Data' },
  ],
  outputs: { '*': z.object({ taken: z.string() }), default: z.object({}), data: { fromParam: 'schema' } },
  summary: 'Routes over {cases}',
  effect: 'none',
  inline: true,
})
