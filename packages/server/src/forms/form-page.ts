import { randomUUID } from 'node:crypto'
import type { FormParams } from '@tenon/core/node'
import { html } from 'hono/html'
import type { FormField } from '../form-rules/form-fields.ts'
import type { FormPage, Markup } from './page-frame.ts'
import { inputName, SEND_ID, type SentForm } from './read-form.ts'

/** A form as its page shows it. */
export interface ShownForm {
  readonly params: FormParams
  readonly fields: readonly FormField[]
  /** True for a form of the draft, whose runs are tests. */
  readonly isTest: boolean
}

type Sent = Pick<SentForm, 'sendId' | 'typed' | 'faults' | 'general'>

/** Id of what follows a form that was sent. Browsers give it the focus, as they ignore `autofocus` without an origin. */
const RESULT = 'result'

const TEST_NOTE = 'This is a test of the draft. What you send starts a test run.'

/**
 * Makes the page with the fields.
 *
 * @param sent - Answers that are faulty and shown again. @defaultValue a new page
 */
export function formPage(form: ShownForm, sent?: Sent, status = sent === undefined ? 200 : 422): FormPage {
  const { params, fields } = form
  const title = titleOf(form)
  const faulty = sent === undefined ? '' : summaryOf(fields, sent)
  const content = html`${form.isTest ? html`<p class="note">${TEST_NOTE}</p>` : ''}
<h1 dir="auto">${title}</h1>
${params.description.trim() === '' ? '' : html`<p dir="auto">${params.description}</p>`}
${faulty}
<form method="post" action="#${RESULT}" novalidate accept-charset="utf-8">
<input type="hidden" name="${SEND_ID}" value="${sent?.sendId ?? randomUUID()}" autocomplete="off">
${fields.map((field, index) =>
  fieldMarkup(field, {
    id: `f${index}`,
    text: sent === undefined ? field.initial : (sent.typed.get(field.name) ?? ''),
    fault: sent?.faults.get(field.name) ?? null,
  }),
)}
<button type="submit">${params.button.trim() || 'Send'}</button>
</form>`
  const leadsTo = params.answer === 'redirect' ? new URL(params.redirectUrl).origin : 'https:'
  return {
    status,
    title: faulty === '' ? title : `Error: ${title}`,
    content,
    // Browsers check the address to which an answer leads as well.
    ...(params.answer === 'text' ? {} : { leadsTo }),
  }
}

/** Makes the page that follows a form that was sent. */
export function sentPage(form: ShownForm): FormPage {
  const message = form.params.message.trim() || 'Thank you. Your answers were sent.'
  const content = html`${form.isTest ? html`<p class="note">${TEST_NOTE}</p>` : ''}
<h1 dir="auto">${titleOf(form)}</h1>
<p role="status" id="${RESULT}" tabindex="-1" dir="auto">${message}</p>`
  return { status: 200, title: titleOf(form), content }
}

function titleOf({ params }: ShownForm): string {
  return params.title.trim() || 'Form'
}

function summaryOf(fields: readonly FormField[], { faults, general }: Sent): Markup | '' {
  const beside = fields.flatMap((field, index) => {
    const fault = faults.get(field.name)
    return fault === undefined ? [] : [html`<li><a href="#f${index}">${field.title}</a>: ${fault}</li>`]
  })
  const others = general.map((message) => html`<li>${message}</li>`)
  if (beside.length + others.length === 0) return ''
  return html`<div class="summary" role="alert" id="${RESULT}" tabindex="-1"><h2>Check your answers</h2><ul>${others}${beside}</ul></div>`
}

interface FieldState {
  readonly id: string
  readonly text: string
  readonly fault: string | null
}

function fieldMarkup(field: FormField, state: FieldState): Markup {
  const { id, fault } = state
  const help = field.help.trim() === '' ? '' : html`<p class="help" id="${id}-help" dir="auto">${field.help}</p>`
  const error = fault === null ? '' : html`<p class="fault" id="${id}-fault">${fault}</p>`
  const optional = field.isRequired || field.kind === 'checkbox' ? '' : html` <span class="optional">(optional)</span>`
  const label = html`<label for="${id}" dir="auto">${field.title}${optional}</label>`
  const control = controlMarkup(field, state)
  if (field.kind === 'checkbox') {
    return html`<div class="field">${error}<div class="box">${control}<div>${label}${help}</div></div></div>
`
  }
  return html`<div class="field">${label}${help}${error}${control}</div>
`
}

const INPUTS: Readonly<Partial<Record<FormField['kind'], readonly [type: string, mode: string]>>> = {
  email: ['email', 'email'],
  url: ['url', 'url'],
  date: ['date', ''],
  // A number field would lose what is no number.
  number: ['text', 'decimal'],
  integer: ['text', 'numeric'],
}

function controlMarkup(field: FormField, { id, text, fault }: FieldState): Markup {
  const names = [field.help.trim() === '' ? [] : [`${id}-help`], fault === null ? [] : [`${id}-fault`]].flat()
  const described = names.length === 0 ? '' : html` aria-describedby="${names.join(' ')}"`
  const invalid = fault === null ? '' : html` aria-invalid="true"`
  const shared = html`id="${id}" name="${inputName(field)}"${described}${invalid}${field.isRequired ? html` required` : ''}`
  switch (field.kind) {
    case 'checkbox':
      return html`<input type="checkbox" value="on" ${shared}${text === '' ? '' : html` checked`}>`
    case 'choice':
      return html`<select ${shared}><option value="">${field.isRequired ? 'Choose' : ''}</option>${field.choices.map(
        (choice) =>
          html`<option value="${String(choice)}"${String(choice) === text ? html` selected` : ''}>${String(choice)}</option>`,
      )}</select>`
    case 'area':
      // A line break at the very begin belongs to the markup.
      return html`<textarea ${shared} maxlength="${field.maxLength}" dir="auto">
${text}</textarea>`
    default: {
      const [type, mode] = INPUTS[field.kind] ?? ['text', '']
      const limit = type === 'date' ? '' : html` maxlength="${field.maxLength}"`
      return html`<input type="${type}"${mode === '' ? '' : html` inputmode="${mode}"`} ${shared}${limit} value="${text}"${type === 'text' ? html` dir="auto"` : ''}>`
    }
  }
}
