import { implementInlineNode } from '@tenon/core/node'
import { form } from './definition.ts'

/** The driver replaces this output by the checked fields that have started the run. */
export const formNode = implementInlineNode(form, () => ({ port: 'success', output: {} }))
