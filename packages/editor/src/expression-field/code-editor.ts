import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  insertBracket,
  startCompletion,
} from '@codemirror/autocomplete'
import { defaultKeymap, historyKeymap } from '@codemirror/commands'
import { bracketMatching } from '@codemirror/language'
import { Compartment, EditorState, type Extension, Prec } from '@codemirror/state'
import { drawSelection, EditorView, keymap, placeholder as placeholderOf, tooltips } from '@codemirror/view'
import { yCollab } from 'y-codemirror.next'
import type * as Y from 'yjs'
import type { Reference } from '../graph/template-parts.ts'
import { chipExtension, refreshChips } from './chips.ts'
import { closingOf, completeReferences, renderHelp } from './completion.ts'
import { diagnosticsExtension, setDiagnostics } from './diagnostics.ts'
import { plainHistory, sharedHistory } from './field-history.ts'
import type { CompletionAnswer, FieldDiagnostic, FieldSelection } from './field-types.ts'
import { asOneLine } from './one-line.ts'

export interface CodeEditorOptions {
  readonly parent: HTMLElement
  readonly root: Document | ShadowRoot
  /** Parent of tooltips, so that a scrolling panel does not clip them. */
  readonly portal: HTMLElement
  readonly nonce: string | undefined
  /** Source of the value: a shared text, edited by character, or a plain value. */
  readonly source:
    | { readonly kind: 'shared'; readonly text: Y.Text; readonly undoManager: Y.UndoManager }
    | { readonly kind: 'plain'; readonly value: string; readonly onChange: (value: string) => void }
  readonly isMultiline: boolean
  readonly isReadOnly: boolean
  readonly hasTemplates: boolean
  /** True for JSON and other code: a picked reference also closes the text in double quotes around it. */
  readonly isCode: boolean
  readonly placeholder: string
  readonly attributes: Readonly<Record<string, string>>
  readonly labelOf: (reference: Reference) => { readonly text: string; readonly isBroken: boolean }
  readonly complete: (text: string, offset: number) => Promise<CompletionAnswer | null>
  readonly onUndo: () => void
  readonly onRedo: () => void
  readonly onFocusChange: (isFocused: boolean) => void
}

/** A code field, created outside of React, so that renders around it never move the caret. */
export interface CodeEditor {
  readonly setValue: (value: string) => void
  readonly setReadOnly: (isReadOnly: boolean) => void
  readonly setAttributes: (attributes: Readonly<Record<string, string>>) => void
  readonly setDiagnostics: (diagnostics: readonly FieldDiagnostic[]) => void
  /** Redraws the chips after names of nodes have changed. */
  readonly refreshLabels: () => void
  /** Inserts a text at the caret and focuses the field. */
  readonly insert: (text: string) => void
  /** Focuses the field with the selection. An unfinished reference before the caret is closed, and its list opens. */
  readonly resume: (selection: FieldSelection) => void
  /** Returns the selection; `null` if the field does not have the focus. */
  readonly selection: () => FieldSelection | null
  readonly destroy: () => void
}

export function createCodeEditor(options: CodeEditorOptions): CodeEditor {
  const { source, isMultiline } = options
  const readOnly = new Compartment()
  const attributes = new Compartment()
  const view = new EditorView({
    parent: options.parent,
    root: options.root,
    state: EditorState.create({
      doc: source.kind === 'shared' ? source.text.toString() : source.value,
      extensions: [
        ...(options.nonce === undefined ? [] : [EditorView.cspNonce.of(options.nonce)]),
        tooltips({ parent: options.portal }),
        readOnly.of(readOnlyExtension(options.isReadOnly)),
        attributes.of(EditorView.contentAttributes.of({ ...options.attributes })),
        isMultiline ? [] : singleLine,
        EditorView.lineWrapping,
        EditorView.perLineTextDirection.of(true),
        drawSelection(),
        bracketMatching(),
        replaceSelection,
        closeBrackets(),
        EditorState.languageData.of(() => [{ closeBrackets: { brackets: ['(', '[', '{'] } }]),
        options.placeholder === '' ? [] : placeholderOf(options.placeholder),
        diagnosticsExtension,
        options.hasTemplates ? [chipExtension(options.labelOf), templateCompletion(options)] : [],
        sourceExtension(options),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap.filter(isHarmless)]),
        EditorView.updateListener.of((update) => {
          if (update.focusChanged) options.onFocusChange(update.view.hasFocus)
          if (update.docChanged && source.kind === 'plain' && !update.transactions.some(isFromOutside)) {
            source.onChange(update.state.doc.toString())
          }
        }),
      ],
    }),
  })
  return {
    setValue: (value) => {
      if (source.kind === 'shared' || value === view.state.doc.toString()) return
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: value },
        userEvent: OUTSIDE,
      })
    },
    setReadOnly: (isReadOnly) => view.dispatch({ effects: readOnly.reconfigure(readOnlyExtension(isReadOnly)) }),
    setAttributes: (next) =>
      view.dispatch({ effects: attributes.reconfigure(EditorView.contentAttributes.of({ ...next })) }),
    setDiagnostics: (diagnostics) => view.dispatch({ effects: setDiagnostics.of(diagnostics) }),
    refreshLabels: () => view.dispatch({ effects: refreshChips.of(null) }),
    insert: (text) => {
      view.focus()
      const { from, to } = view.state.selection.main
      const insertion = {
        changes: { from, to, insert: text },
        selection: { anchor: from + text.length },
        scrollIntoView: true,
      }
      view.dispatch(insertion, ...(options.isCode ? closingOf(view.state.update(insertion)) : []))
    },
    resume: ({ from, to }) => {
      view.focus()
      const { doc } = view.state
      const [anchor, head] = [Math.min(from, doc.length), Math.min(to, doc.length)]
      const isAtEnd = anchor === head && /^(\s|$)/.test(doc.sliceString(head))
      const open = options.hasTemplates && isAtEnd ? OPEN_REFERENCE.exec(doc.sliceString(0, head)) : null
      // The closing brackets that the editor adds while the user types.
      const close = open === null ? '' : open[0].startsWith('{{') ? '}}' : '}'
      view.dispatch({ changes: { from: head, insert: close }, selection: { anchor, head }, scrollIntoView: true })
      if (close === '}}') startCompletion(view)
    },
    selection: () => {
      const { anchor, head } = view.state.selection.main
      return view.hasFocus ? { from: anchor, to: head } : null
    },
    destroy: () => view.destroy(),
  }
}

const OPEN_REFERENCE = /\{\{[^{}]*$|\{$/
const OUTSIDE = 'tenon.outside'

function isFromOutside(transaction: { isUserEvent: (event: string) => boolean }): boolean {
  return transaction.isUserEvent(OUTSIDE)
}

function readOnlyExtension(isReadOnly: boolean): Extension {
  return [EditorState.readOnly.of(isReadOnly), EditorView.editable.of(!isReadOnly)]
}

// Pasted line breaks become spaces, and Enter inserts none.
const singleLine: Extension = [
  EditorState.transactionFilter.of((transaction) => (transaction.newDoc.lines > 1 ? [] : transaction)),
  EditorView.clipboardInputFilter.of(asOneLine),
]

// By default, a bracket that is typed over a selection is put around it. Here it replaces the selection, as in every
// other text field; with its closing bracket, as without a selection.
const replaceSelection: Extension = Prec.high(
  EditorView.inputHandler.of((view, from, to, text) => {
    const { main, ranges } = view.state.selection
    if (view.state.readOnly || ranges.length > 1 || main.empty || main.from !== from || main.to !== to) return false
    const deletion = view.state.update({ changes: { from, to }, selection: { anchor: from }, userEvent: 'input.type' })
    const insertion = insertBracket(deletion.state, text)
    if (insertion === null) return false
    const bracket = insertion.newDoc.sliceString(from, insertion.newDoc.length - (deletion.newDoc.length - from))
    // One transaction, so that one undo restores the selected text.
    view.dispatch({
      changes: { from, to, insert: bracket },
      selection: insertion.newSelection,
      effects: insertion.effects,
      userEvent: 'input.type',
      scrollIntoView: true,
    })
    return true
  }),
)

function templateCompletion(options: CodeEditorOptions): Extension {
  return autocompletion({
    override: [completeReferences(options.complete, options.isCode)],
    icons: false,
    closeOnBlur: true,
    activateOnTyping: true,
    tooltipClass: () => 'tn-completions',
    addToOptions: [{ position: 90, render: renderHelp }],
  })
}

// The history of the editor undoes changes of a shared text; the field has its own history for a plain value.
function sourceExtension({ source, onUndo, onRedo }: CodeEditorOptions): Extension {
  if (source.kind === 'plain') return [plainHistory(), keymap.of([...historyKeymap])]
  const run = (action: () => void) => () => {
    action()
    return true
  }
  return [
    // Before the text is shared, since a step ends before the change that begins the next one.
    sharedHistory(source.undoManager),
    yCollab(source.text, null, { undoManager: source.undoManager }),
    keymap.of([
      { key: 'Mod-z', run: run(onUndo), preventDefault: true },
      { key: 'Mod-Shift-z', run: run(onRedo), preventDefault: true },
      { key: 'Mod-y', run: run(onRedo), preventDefault: true },
    ]),
  ]
}

// Tab moves the focus out of the field, and Escape is handled by the panel.
function isHarmless(binding: { readonly key?: string }): boolean {
  return binding.key !== 'Escape' && binding.key !== 'Mod-Enter'
}
