import type { NodeId, ParamPath } from '@tenon/core/document'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { usePresence } from '../contexts/presence-context.ts'
import { splitTemplate } from '../graph/template-parts.ts'
import { useInstance, useTranslate } from '../instance/instance-context.ts'
import { type PartState, usePart } from '../instance/use-part.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { useDelayedChange } from '../session/use-delayed-change.ts'
import { shareStructure } from '../store/share-structure.ts'
import { classNames } from '../ui/class-names.ts'
import { useFieldControl } from '../ui/field.tsx'
import type { CodeEditor } from './code-editor.ts'
import { createCompleter } from './completer.ts'
import type { FieldDiagnostic, FieldSelection } from './field-types.ts'
import { useInsertTarget } from './insert-target.ts'
import { labelOfReference } from './reference-label.ts'
import { ReferencePicker } from './reference-picker.tsx'
import { WaitingField } from './waiting-field.tsx'

const loadCodeEditor = () => import('./code-editor.ts')

export interface ExpressionFieldProps {
  /** Node of the value; `null` for a setting of the workflow, which reads the input of a run only. */
  readonly nodeId: NodeId | null
  /** Path of the value; a shared text at that path is edited by character. */
  readonly path: ParamPath | 'notes'
  readonly value: string
  readonly onChange: (value: string) => void
  readonly isMultiline?: boolean
  /** True for JSON and other code. @defaultValue false */
  readonly isCode?: boolean
  /** True if the text may contain templates. @defaultValue true */
  readonly hasTemplates?: boolean
  readonly placeholder?: string | undefined
  readonly isReadOnly?: boolean
  readonly isInvalid?: boolean
  readonly diagnostics?: readonly FieldDiagnostic[]
  /** Accessible name if there is no visible label. */
  readonly label?: string
}

const NO_DIAGNOSTICS: readonly FieldDiagnostic[] = Object.freeze([])

/**
 * Field for a text with references, which are shown as chips with the name of their node; completes fields and
 * functions.
 */
export function ExpressionField(props: ExpressionFieldProps) {
  const { nodeId, path, value, isMultiline = false, isCode = false, hasTemplates = true, label } = props
  const { placeholder = '', isReadOnly = false, isInvalid = false } = props
  const diagnostics = useShared(props.diagnostics ?? NO_DIAGNOSTICS)
  const session = useSession()
  const instance = useInstance()
  const presence = usePresence()
  const target = useInsertTarget()
  const field = useFieldControl()
  const { part, tryNow } = useCodeEditor()
  const createCodeEditor = part?.createCodeEditor ?? null
  const host = useRef<HTMLDivElement | null>(null)
  const [isWaiting, setIsWaiting] = useState(createCodeEditor === null)
  const editor = useRef<CodeEditor | null>(null)
  const change = useDelayedChange(props.onChange)
  const shared = nodeId === null ? null : session.textAt(nodeId, path)
  /** Text of a field that is not shared, with what is typed and not stored yet. */
  const plainText = useRef(value)
  if (!change.isPending()) plainText.current = value
  const waitingField = useRef<HTMLTextAreaElement | null>(null)
  /** Selection between two editors; `null` if the field does not have the focus. */
  const selection = useRef<FieldSelection | null>(null)
  const attributes = useShared(attributesOf(field, label, isInvalid))
  const first = useRef({ isReadOnly, attributes, placeholder, path })
  first.current = { isReadOnly, attributes, placeholder, path }
  // In the same commit as the element: the focus can be moved into the field at once.
  useLayoutEffect(() => {
    if (createCodeEditor === null || host.current === null) return
    const push = (text: string) => {
      plainText.current = text
      change.push(text)
    }
    const created = createCodeEditor({
      parent: host.current,
      root: instance.root,
      portal: instance.portal,
      nonce: instance.nonce,
      source:
        shared === null
          ? { kind: 'plain', value: plainText.current, onChange: push }
          : { kind: 'shared', text: shared, undoManager: session.undoManager },
      isMultiline,
      isReadOnly: first.current.isReadOnly,
      hasTemplates,
      isCode,
      placeholder: first.current.placeholder,
      attributes: first.current.attributes,
      labelOf: (reference) => labelOfReference(reference, session.store.getState().nodesById, instance.t),
      complete: createCompleter(session.scopeOf, { nodeId, path: () => first.current.path }, instance.t),
      onUndo: session.undo,
      onRedo: session.redo,
      onFocusChange: (isFocused) => {
        const at = first.current.path
        if (nodeId !== null) {
          presence.set({ editing: isFocused ? { nodeId, path: at === 'notes' ? [at] : at } : null })
          if (isFocused) target.claim({ nodeId, key: keyOf(at) })
        }
        if (!isFocused) change.flush()
      },
    })
    editor.current = created
    const resumed = selection.current ?? selectionIn(waitingField.current)
    if (resumed !== null) created.resume(resumed)
    // After the focus has moved: removing an element with the focus counts as leaving the field.
    setIsWaiting(false)
    const waiting = nodeId === null ? null : target.collect({ nodeId, key: keyOf(first.current.path) })
    if (waiting !== null) created.insert(waiting)
    return () => {
      change.flush()
      selection.current = created.selection()
      editor.current = null
      created.destroy()
    }
  }, [createCodeEditor, instance, session, shared, nodeId, isMultiline, hasTemplates, isCode, change, presence, target])
  useEffect(() => {
    if (!change.isPending()) editor.current?.setValue(value)
  }, [value, change])
  useEffect(() => editor.current?.setReadOnly(isReadOnly), [isReadOnly])
  useEffect(() => editor.current?.setAttributes(attributes), [attributes])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new editor has no diagnostics yet
  useEffect(() => editor.current?.setDiagnostics(diagnostics), [diagnostics, createCodeEditor, shared])
  const names = useReferencedNames(value)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a renamed node changes its chips
  useEffect(() => editor.current?.refreshLabels(), [names])
  return (
    <>
      <div
        className={classNames('tn-expr', isCode && 'tn-expr-mono')}
        data-multiline={isMultiline || undefined}
        data-invalid={isInvalid || undefined}
        data-readonly={isReadOnly || undefined}
        data-templates={(hasTemplates && !isReadOnly) || undefined}
      >
        {isWaiting && (
          <WaitingField
            value={value}
            placeholder={placeholder}
            isMultiline={isMultiline}
            isReadOnly={isReadOnly}
            attributes={attributes}
            onChange={(text) => {
              change.push(text)
              change.commit()
            }}
            onBlur={change.flush}
            fieldRef={waitingField}
          />
        )}
        <div ref={host} className="tn-expr-host" hidden={createCodeEditor === null} />
        {hasTemplates && !isReadOnly && createCodeEditor !== null && (
          <ReferencePicker nodeId={nodeId} onPick={(reference) => editor.current?.insert(reference)} />
        )}
      </div>
      {tryNow !== null && <MissingEditor onTry={tryNow} />}
    </>
  )
}

function MissingEditor({ onTry }: { readonly onTry: () => void }) {
  const t = useTranslate()
  return (
    <span className="tn-fault" data-severity="error" role="alert">
      {t('part.missing')}{' '}
      <button type="button" className="tn-link tn-link-inherit" onClick={onTry}>
        {t('part.load')}
      </button>
    </span>
  )
}

/** Returns the names of the nodes that a template refers to, as one text that changes with each of them. */
function useReferencedNames(template: string): string {
  const ids = useMemo(
    () =>
      splitTemplate(template).flatMap((part) =>
        part.kind === 'reference' && part.reference.nodeId !== null ? [part.reference.nodeId] : [],
      ),
    [template],
  )
  return useEditorStore((state) => ids.map((id) => state.nodesById.get(id)?.name ?? '').join('\n'))
}

/** Returns the selection of a field that has the focus; `null` without it. */
function selectionIn(field: HTMLTextAreaElement | null): FieldSelection | null {
  return field?.matches(':focus') ? { from: field.selectionStart, to: field.selectionEnd } : null
}

function keyOf(path: ParamPath | 'notes'): string {
  return path === 'notes' ? path : path.join('.')
}

function attributesOf(
  field: ReturnType<typeof useFieldControl>,
  label: string | undefined,
  isInvalid: boolean,
): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = {}
  for (const [name, value] of Object.entries(field)) if (value !== undefined) attributes[name] = String(value)
  if (label !== undefined) attributes['aria-label'] = label
  if (isInvalid) attributes['aria-invalid'] = 'true'
  return attributes
}

/** Loads the module of code editors for the first field that needs one. */
function useCodeEditor(): PartState<typeof import('./code-editor.ts')> {
  return usePart(loadCodeEditor)
}

/** Returns the last reference while the value is equal, for effects that must not run for a copy. */
function useShared<Value>(value: Value): Value {
  const last = useRef(value)
  last.current = shareStructure(last.current, value)
  return last.current
}
