import { z } from 'zod'
import { answerWithinParam } from './answer-time.ts'

/** Answers to a person who has sent a form: a text, another page, or what the run says. */
export const FORM_ANSWERS = ['text', 'redirect', 'run'] as const

/** Nothing, or an address of a page with https, without a user name and a password. */
const PAGE = /^(https:\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?#]\S*)?)?$/

/** Params of a node type with `trigger: 'form'`, which the server reads; a type of the host extends them. */
export const formParams = z.object({
  title: z.string().max(200).default('').meta({ title: 'Title', control: 'text', literal: true, placeholder: 'Form' }),
  description: z.string().max(2_000).default('').meta({
    title: 'Introduction',
    description: 'A text above the fields.',
    control: 'text',
    literal: true,
  }),
  inputSchema: z.record(z.string(), z.unknown()).default({ type: 'object', properties: {} }).meta({
    title: 'Fields',
    description: 'Fields of the form, which are the input of a run: texts, numbers, dates, check boxes and choices.',
    control: 'json-schema',
    literal: true,
  }),
  button: z.string().max(60).default('').meta({ title: 'Button', control: 'text', literal: true, placeholder: 'Send' }),
  answer: z
    .enum(FORM_ANSWERS)
    .default('text')
    .meta({
      title: 'Answer',
      description: 'With the run: the person waits, and gets what the first Respond node says.',
      control: 'select',
      titles: { text: 'A text', redirect: 'Another page', run: 'With the run' },
      literal: true,
    }),
  message: z
    .string()
    .max(2_000)
    .default('')
    .meta({
      title: 'Text after sending',
      control: 'text',
      literal: true,
      placeholder: 'Thank you. Your answers were sent.',
      dependsOn: { param: 'answer', in: ['text', 'run'] },
    }),
  redirectUrl: z
    .string()
    .max(2_000)
    .regex(PAGE, 'Enter an address such as https://acme.example/thanks')
    .default('')
    .meta({
      title: 'Page after sending',
      control: 'text',
      literal: true,
      placeholder: 'https://acme.example/thanks',
      dependsOn: { param: 'answer', in: ['redirect'] },
    }),
  answerWithin: answerWithinParam.meta({
    description: 'At most two minutes. Then the text is shown, and the run continues.',
  }),
})

/** Checked params of a form. */
export type FormParams = z.output<typeof formParams>
