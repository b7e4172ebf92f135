import { defineNode, pollParams } from '@tenon/core/node'
import { z } from 'zod'
import { durationParam, requiredText } from '../shared/params.ts'

const LIST = /^body(\.[^.\s]+)*$/
const FIELD = /^[^.\s]+(\.[^.\s]+)*$/
const WITH_CURSOR = { param: 'cursor', in: ['items', 'response'] }

/** Starts a run for each new item of a list at a web service. */
export const pollUrl = defineNode({
  type: 'poll-url',
  version: 1,
  title: 'Poll a URL',
  description: 'Begin with new items',
  icon: 'M12 4a8 8 0 1 0 8 8M12 8v4l3 2M20 4v4h-4',
  category: 'trigger',
  control: 'trigger',
  trigger: 'poll',
  inline: true,
  params: pollParams.extend({
    url: requiredText(8_192)
      .regex(/^https?:\/\/[^\s{}]+$/, 'Write an address that begins with https://')
      .meta({
        title: 'URL',
        description: 'Its answer is JSON with a list of items.',
        control: 'text',
        placeholder: 'https://api.example.com/orders',
        literal: true,
      }),
    connection: z.string().max(400).optional().meta({
      title: 'Connection',
      description: 'Its credentials are added to the request, which must be to one of its hosts.',
      control: 'connection',
      connectsTo: 'http',
      placeholder: 'None',
      literal: true,
    }),
    itemsIn: z.string().max(500).regex(LIST, 'Write the field after "body", such as body.data').default('body').meta({
      title: 'List',
      description: 'Field of the response that has the items, such as body.data; body if it is the list itself.',
      control: 'text',
      literal: true,
    }),
    idIn: z.string().max(500).regex(FIELD, 'Write the name of a field, such as id').default('id').meta({
      title: 'Id',
      description: 'Field of an item that no other item has: an item with a known id starts no run.',
      control: 'text',
      literal: true,
    }),
    cursor: z
      .enum(['none', 'items', 'response'])
      .default('none')
      .meta({
        title: 'Ask for',
        description: 'With a cursor, the service returns only what is newer.',
        control: 'select',
        titles: {
          none: 'The list as it is',
          items: 'What is after the greatest value of its items',
          response: 'What is after a cursor in its response',
        },
        literal: true,
      }),
    cursorParam: requiredText(200).default('since').meta({
      title: 'Cursor parameter',
      description: 'Query parameter with the cursor of the poll before. The first poll has none.',
      control: 'text',
      literal: true,
      dependsOn: WITH_CURSOR,
    }),
    cursorIn: z
      .string()
      .max(500)
      .regex(FIELD, 'Write the name of a field, such as updated_at')
      .default('updated_at')
      .meta({
        title: 'Cursor',
        description: 'Field of the items, or of the response, such as next_cursor.',
        control: 'text',
        literal: true,
        dependsOn: WITH_CURSOR,
      }),
    overlap: durationParam.default('0s').meta({
      title: 'Overlap',
      description: 'If the cursor is a time: ask again for this long before it, as a service may list items late.',
      control: 'duration',
      literal: true,
      dependsOn: { param: 'cursor', in: ['items'] },
    }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: z.unknown() },
  summary: 'Polls {url}',
  effect: 'none',
})
