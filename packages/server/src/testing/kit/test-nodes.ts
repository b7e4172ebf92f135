import type { Json } from '@tenon/core/document'
import {
  type AnyNodeImplementation,
  defineNode,
  eventParams,
  formParams,
  implementInlineNode,
  implementNode,
  nodeCall,
  scheduleParams,
  webhookParams,
} from '@tenon/core/node'
import { z } from 'zod'

const icon = 'M4 12h16'
const success = [{ name: 'success', title: 'Done' }] as const

const start = defineNode({
  type: 'start',
  version: 1,
  title: 'Start',
  description: 'Begin with an input',
  icon,
  category: 'trigger',
  control: 'trigger',
  inline: true,
  params: z.object({
    inputSchema: z.record(z.string(), z.unknown()).default({ type: 'object' }).meta({ literal: true }),
  }),
  ports: success,
  outputs: { success: { fromParam: 'inputSchema' } },
  summary: 'Starts',
  effect: 'none',
})

const webhook = defineNode({
  type: 'webhook',
  version: 1,
  title: 'Webhook',
  description: 'Begin with a message',
  icon,
  category: 'trigger',
  control: 'trigger',
  trigger: 'webhook',
  inline: true,
  params: webhookParams,
  ports: success,
  outputs: { success: z.record(z.string(), z.unknown()) },
  summary: 'Starts at a message',
  effect: 'none',
})

const form = defineNode({
  type: 'form',
  version: 1,
  title: 'Form',
  description: 'Begin with a form',
  icon,
  category: 'trigger',
  control: 'trigger',
  trigger: 'form',
  inline: true,
  params: formParams,
  ports: success,
  outputs: { success: { fromParam: 'inputSchema' } },
  summary: 'Starts when the form is sent',
  effect: 'none',
})

const schedule = defineNode({
  type: 'schedule',
  version: 1,
  title: 'Schedule',
  description: 'Begin at times',
  icon,
  category: 'trigger',
  control: 'trigger',
  trigger: 'schedule',
  inline: true,
  params: scheduleParams,
  ports: success,
  outputs: { success: z.record(z.string(), z.unknown()) },
  summary: 'Starts at times',
  effect: 'none',
})

const event = defineNode({
  type: 'event',
  version: 1,
  title: 'Event',
  description: 'Begin when something happens',
  icon,
  category: 'trigger',
  control: 'trigger',
  trigger: 'event',
  inline: true,
  params: eventParams,
  ports: success,
  outputs: { success: { fromParam: 'schema', as: 'event' } },
  summary: 'Starts when {eventType} happens',
  effect: 'none',
})

const end = defineNode({
  type: 'end',
  version: 1,
  title: 'End',
  description: 'Finish with an outcome',
  icon,
  category: 'flow',
  control: 'end',
  inline: true,
  params: z.object({ outcome: z.string().default('completed'), output: z.unknown().default('{{input}}') }),
  ports: [],
  outputs: { end: z.unknown() },
  summary: 'Ends as {outcome}',
  effect: 'none',
})

const loop = defineNode({
  type: 'loop',
  version: 1,
  title: 'Loop',
  description: 'Run nodes for each item of a list',
  icon,
  category: 'flow',
  control: 'loop',
  inline: true,
  params: z.object({ items: z.array(z.unknown()) }),
  ports: success,
  outputs: { success: z.object({ results: z.array(z.unknown()) }) },
  summary: 'Runs for each item',
  effect: 'none',
})

const set = defineNode({
  type: 'set',
  version: 1,
  title: 'Set',
  description: 'Add fields to the input',
  icon,
  category: 'data',
  inline: true,
  params: z.object({
    values: z.record(z.string(), z.unknown()).default({}),
    note: z.string().default('').meta({ control: 'text' }),
  }),
  ports: success,
  outputs: { success: z.record(z.string(), z.unknown()) },
  summary: 'Sets fields',
  effect: 'none',
})

const approval = defineNode({
  type: 'approval',
  version: 1,
  title: 'Approval',
  description: 'Pause for a decision',
  icon,
  category: 'people',
  control: 'approval',
  inline: true,
  params: z.object({
    title: z.string().default('Please decide'),
    roles: z.array(z.enum(['admin', 'editor', 'viewer'])).default([]),
    userIds: z.array(z.string()).default([]),
    required: z.number().int().min(1).default(1),
    evidence: z.record(z.string(), z.unknown()).default({}),
  }),
  ports: [
    { name: 'approve', title: 'approve' },
    { name: 'reject', title: 'reject' },
    { name: 'timeout', title: 'timeout' },
  ],
  outputs: { approve: z.unknown(), reject: z.unknown(), timeout: z.unknown() },
  summary: '{title}',
  effect: 'none',
})

const respond = defineNode({
  type: 'respond',
  version: 1,
  title: 'Respond',
  description: 'Answer the caller',
  icon,
  category: 'flow',
  control: 'respond',
  inline: true,
  params: z.object({ response: z.record(z.string(), z.unknown()) }),
  ports: success,
  outputs: { success: z.object({ response: z.unknown() }) },
  summary: 'Answers',
  effect: 'none',
})

const work = defineNode({
  type: 'work',
  version: 1,
  title: 'Work',
  description: 'Do something outside the commit',
  icon,
  category: 'action',
  params: z.object({ value: z.unknown().default(null), fail: z.string().default('') }),
  ports: success,
  outputs: { success: z.object({ worked: z.unknown() }) },
  summary: 'Works',
  effect: 'read',
  policy: { retry: { maximumAttempts: 1 } },
})

const caller = defineNode({
  type: 'caller',
  version: 1,
  title: 'Caller',
  description: 'Call work after an approval',
  icon,
  category: 'ai',
  calls: [{ type: 'work', version: 1 }],
  params: z.object({ value: z.string().default('given') }),
  ports: success,
  outputs: { success: z.object({ results: z.array(z.unknown()) }) },
  summary: 'Calls work',
  effect: 'none',
})

/** Just enough node types to run, wait, log, call a tool and fail. */
export const testNodes: readonly AnyNodeImplementation[] = [
  implementInlineNode(start, () => ({ port: 'success', output: {} })),
  implementInlineNode(end, ({ output }) => ({ port: 'end', output })),
  implementInlineNode(loop, ({ items }, { iterations }) => {
    if (iterations !== null) return { port: 'success', output: { results: iterations.map(({ output }) => output) } }
    const rest = { concurrency: 1, onFailure: 'fail', keep: 'all' } as const
    return { suspend: { kind: 'iterations', items: items as Json[], count: items.length, ...rest } }
  }),
  implementInlineNode(set, ({ values }) => ({ port: 'success', output: values })),
  implementInlineNode(approval, ({ title, roles, userIds, required, evidence }, { resume }) => {
    if (resume?.kind === 'approval') {
      return { port: resume.choice === 'approve' ? 'approve' : 'reject', output: { decision: resume.choice } }
    }
    return {
      suspend: {
        kind: 'approval',
        title,
        message: '',
        choices: ['approve', 'reject'],
        approvers: { roles, userIds },
        required,
        evidence: evidence as Json,
        dueAt: null,
      },
    }
  }),
  implementInlineNode(respond, ({ response }) => ({
    port: 'success',
    output: { response: { status: 200, format: 'json', headers: {}, body: null, ...response } },
  })),
  implementNode(caller, async ({ params, resume }) => {
    if (resume?.kind === 'calls') return { port: 'success', output: { results: [...resume.results] } }
    const call = { callId: 'c1', title: 'Do the work', params: { value: params.value } }
    const calls = [nodeCall(work, { ...call, approval: { title: 'May I?', isEditable: true } })]
    return { suspend: { kind: 'calls', mode: 'all', calls } }
  }),
  implementNode(work, async ({ params, log, toolCall }) => {
    log('info', 'working')
    toolCall({ tool: 'ask', arguments: { value: 1 }, answer: 'yes', durationMs: 1 })
    if (params.fail !== '') throw new Error(params.fail)
    return { port: 'success', output: { worked: params.value } }
  }),
]

/** The same with the triggers of the server; one is a webhook, whose secret param makes a server use its key provider. */
export const nodesWithWebhook: readonly AnyNodeImplementation[] = [
  ...testNodes,
  implementInlineNode(webhook, () => ({ port: 'success', output: {} })),
  implementInlineNode(form, () => ({ port: 'success', output: {} })),
  implementInlineNode(schedule, () => ({ port: 'success', output: {} })),
  implementInlineNode(event, () => ({ port: 'success', output: {} })),
]
