import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete'
import type { EditorState, Transaction, TransactionSpec } from '@codemirror/state'
import type { EditorView } from '@codemirror/view'
import { closingQuoteAt } from './close-text.ts'
import type { CompletionAnswer, CompletionItem } from './field-types.ts'

/**
 * Completes fields of earlier nodes and functions inside `{{ … }}`, and starts an expression on `{{` or Ctrl+Space.
 *
 * @param isCode - True if a completion also closes the text in double quotes around its expression.
 */
export function completeReferences(
  complete: (text: string, offset: number) => Promise<CompletionAnswer | null>,
  isCode: boolean,
): CompletionSource {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const answer = await complete(context.state.doc.toString(), context.pos)
    if (context.aborted) return null
    if (answer === null || answer.items.length === 0) return isOutdated(context) ? RETRY : null
    const resultFor = (text: string): CompletionResult => ({
      from: answer.from,
      options: toCompletions(answer.items, isCode, text),
      update: (_current, from, to, { state }) => {
        const written = state.sliceDoc(from, to)
        return /^[\w$ ]*$/.test(written) ? resultFor(written) : null
      },
    })
    return resultFor(context.state.sliceDoc(answer.from, context.pos))
  }
}

/**
 * Makes CodeMirror ask again, since an update cannot use it. After `null` it would wait for an answer that it has not
 * asked for: it asks for none while another is on its way.
 */
const RETRY: CompletionResult = { from: 0, options: [], update: () => null }

/** Checks whether the text was changed since it was asked for completions. */
function isOutdated({ state, view }: CompletionContext): boolean {
  return view !== undefined && !view.state.doc.eq(state.doc)
}

/** A completion with the sentence that is shown below its name. */
interface DescribedCompletion extends Completion {
  readonly help: string
}

/**
 * Renders the sentence of a completion in its row, since there is no room for a panel beside the list in an inspector.
 */
export function renderHelp(completion: Completion, _state: EditorState, view: EditorView): Node | null {
  const { help = '' } = completion as Partial<DescribedCompletion>
  if (help === '') return null
  const element = view.dom.ownerDocument.createElement('span')
  element.className = 'tn-completion-help'
  element.textContent = help
  return element
}

/**
 * Converts completions. Groups are listed in the order in which the items name them, after those with an item that
 * begins with the written text.
 */
function toCompletions(items: readonly CompletionItem[], isCode: boolean, written: string): DescribedCompletion[] {
  const start = written.toLowerCase()
  const matching = start === '' ? [] : items.filter(({ label }) => label.toLowerCase().startsWith(start))
  const groups = [...new Set([...matching, ...items].map(({ group }) => group))]
  const sections = new Map(groups.map((name, rank) => [name, { name, rank }]))
  return items.map((item, index) => ({
    ...toCompletion(item, items.length - index, isCode),
    section: sections.get(item.group) ?? item.group,
  }))
}

function toCompletion(item: CompletionItem, rank: number, isCode: boolean): DescribedCompletion {
  return {
    label: item.label,
    detail: item.detail,
    type: item.kind,
    // Fields of nearer nodes come first if they match equally.
    boost: Math.min(98, rank / 10),
    help: item.info,
    apply: (view, _completion, from, to) => {
      const pick = pickOf(view.state, item, from, to)
      view.dispatch(pick, ...(isCode ? closingOf(view.state.update(pick)) : []))
    },
  }
}

function pickOf(state: EditorState, item: CompletionItem, from: number, to: number): TransactionSpec {
  const begin = from - (item.eats ?? 0)
  const opens = item.insert.endsWith('(')
  const insert = opens ? `${item.insert})` : item.insert
  const closing = /^\s*\}\}/.exec(state.sliceDoc(to, to + 8))?.[0] ?? ''
  // A field completes the expression: the caret leaves the braces, and the chip appears.
  const leap = item.kind === 'field' && !opens ? closing.length : 0
  return {
    changes: { from: begin, to, insert },
    selection: { anchor: begin + insert.length - (opens ? 1 : 0) + leap },
    userEvent: 'input.complete',
  }
}

/** Returns the change that closes the text in which an expression was picked, as a part of the same transaction. */
export function closingOf({ newDoc, newSelection }: Transaction): readonly TransactionSpec[] {
  const at = closingQuoteAt(newDoc.toString(), newSelection.main.head)
  // The caret stays before the quote, where the text continues.
  return at === null ? [] : [{ changes: { from: at, insert: '"' }, selection: newSelection, sequential: true }]
}
