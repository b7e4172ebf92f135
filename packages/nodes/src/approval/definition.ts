import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { positiveDurationParam } from '../shared/params.ts'

const vote = z.object({
  user_id: z.string(),
  display_name: z.string(),
  role: z.string(),
  choice: z.string(),
  comment: z.string().nullable(),
  at: z.string(),
  override: z.boolean(),
})

const decided = z.object({
  decision: z.enum(['approve', 'reject', 'timeout']),
  /** Name of the person whose vote decided it; `null` after a timeout. */
  decided_by: z.string().nullable(),
  decided_by_id: z.string().nullable(),
  comment: z.string().nullable(),
  votes: z.array(vote),
  /** Time of the decision, ISO 8601 UTC. */
  decided_at: z.string(),
})

/** Pauses the run until people decide, or the time is up. */
export const approval = defineNode({
  type: 'approval',
  version: 1,
  title: 'Approval',
  description: 'Pause for a decision',
  icon: 'M9.5 11.5a3.75 3.75 0 1 0 0-7.5 3.75 3.75 0 0 0 0 7.5zM3 20c.5-3.4 3-5.5 6.5-5.5 1.2 0 2.3.2 3.3.7M14.5 18l2.3 2.3 4.2-4.8',
  category: 'people',
  control: 'approval',
  inline: true,
  params: z.object({
    title: z.string().min(1).max(200).default('Please decide').meta({
      title: 'Question',
      control: 'text',
      placeholder: 'Refund order {{input.order_id}}?',
    }),
    message: z.string().max(10_000).default('').meta({
      title: 'Background',
      description: 'Explain the consequence of each answer. Approvers see this text below the question.',
      control: 'prompt',
    }),
    approvers: z
      .object({
        roles: z.array(z.enum(['admin', 'editor', 'viewer'])).optional(),
        userIds: z.array(z.string().min(1)).optional(),
      })
      .default({})
      .meta({
        title: 'Approvers',
        description: 'Roles or people. If you choose none, every admin and editor may decide.',
        control: 'people',
      }),
    required: z.number().int().min(1).max(100).default(1).meta({
      title: 'Votes needed',
      description: 'The first answer with this many votes decides.',
      control: 'number',
    }),
    timeout: positiveDurationParam.optional().meta({
      title: 'Time limit',
      description: 'After this time, the run continues at the "timeout" port.',
      control: 'duration',
      placeholder: 'No limit',
      examples: ['4h'],
    }),
    evidence: z.record(z.string().min(1).max(128), z.unknown()).default({}).meta({
      title: 'Details',
      description: 'Approvers see these fields below the question, and no other data of the run.',
      control: 'key-value',
    }),
  }),
  ports: [
    { name: 'approve', title: 'approve' },
    { name: 'reject', title: 'reject' },
    { name: 'timeout', title: 'timeout', description: 'No decision was made in time' },
  ],
  outputs: { approve: decided, reject: decided, timeout: decided },
  summary: '{title}',
  effect: 'none',
  lint: [
    {
      code: 'APPROVAL_IMPOSSIBLE',
      severity: 'error',
      when:
        'length(params?.approvers?.roles ?? []) == 0 && length(params?.approvers?.userIds ?? []) > 0 && ' +
        'params.required > length(unique(params.approvers.userIds))',
      message: 'It needs more votes than there are people who may decide',
      field: 'required',
      fix: { title: 'Set to {value}', value: 'length(unique(params.approvers.userIds))' },
    },
  ],
})
