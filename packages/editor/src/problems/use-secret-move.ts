import {
  type DocumentOperation,
  isMissingSecret,
  type Json,
  type JsonSchema,
  jsonEqual,
  type ParamPath,
  secretParamsOf,
  type WorkflowNode,
} from '@tenon/core/document'
import { useContext, useState } from 'react'
import { SecretsContext } from '../contexts/secrets-context.ts'
import { isTemplate } from '../graph/template-parts.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { fieldsOf, resolveSchema } from '../manifest/param-field.ts'
import { valueAt } from '../manifest/ports.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import type { EditorProblem } from '../store/editor-state.ts'
import { failureText } from '../ui/error-state.tsx'
import { useAnnouncer } from '../ui/live-region.tsx'

/** A fix that stores the token of a header encrypted, and removes the header. */
interface SecretMove {
  readonly title: string
  /** Name of the secret param that gets the token. */
  readonly param: string
  readonly isMoving: boolean
  /** Moves the token. @returns `false` if it was not moved, which is reported */
  readonly move: () => Promise<boolean>
}

/**
 * Returns the fix for a token in a header whose node has an empty secret param of the same name, such as
 * `Authorization`; `null` for other problems, and in an editor that cannot store secrets. The validator does not offer
 * it, since the token would be in the operations of the fix.
 */
export function useSecretMove({ code, nodeId, field, fixes }: EditorProblem): SecretMove | null {
  const t = useTranslate()
  const session = useSession()
  const { toast } = useAnnouncer()
  const setSecret = useContext(SecretsContext)
  const node = useEditorStore((state) => (nodeId === null ? undefined : state.nodesById.get(nodeId)))
  const entry = useEditorStore((state) => (node === undefined ? undefined : state.manifest.entryOf(node)))
  const [isMoving, setIsMoving] = useState(false)
  if (code !== 'SECRET_IN_TEXT' || setSecret === null || node === undefined || entry === undefined) return null
  const path = field.slice(1)
  // The validator offers to remove headers only: a secret is sent in place of the header of its name, not of others.
  const removal = fixes.find(({ operations }) => removes(operations, path))
  const text = textAt(node, path)
  const name = String(path.at(-1)).toLowerCase()
  const param = secretParamsOf(entry.params).find((candidate) => candidate.toLowerCase() === name)
  if (removal === undefined || text === null || param === undefined || !isFree(node.params[param])) return null
  const { id, type: nodeType, typeVersion } = node
  const secretTitle = titleOf(entry.params, param)
  const title = t('problems.moveToSecret', { param: secretTitle })
  const canMove = () => {
    session.flush()
    const now = session.read().nodes.find((candidate) => candidate.id === id)
    return textAt(now, path) === text && isFree(now?.params[param])
  }
  const move = async () => {
    setIsMoving(true)
    try {
      const marker = await setSecret({ nodeType, typeVersion, param, value: text })
      // The header and the secret may have been changed while the token was sent.
      if (!canMove()) {
        toast(t('problems.notMovedToSecret', { param: secretTitle }), { tone: 'failed' })
        return false
      }
      const store = { op: 'set_param', nodeId: id, path: [param], value: { ...marker } } as const
      const { ok } = session.dispatch({ type: 'fix', operations: [store, ...removal.operations], title })
      if (!ok) return false
      // Undo of this change, or of an earlier one such as a rename of the header, would store the token as text again.
      session.clearHistory()
      toast(t('problems.movedToSecret', { param: secretTitle }), { tone: 'success' })
      return true
    } catch (error) {
      toast(failureText(error, t, 'control.secret.failed'), { tone: 'failed' })
      return false
    } finally {
      setIsMoving(false)
    }
  }
  return { title, param, isMoving, move }
}

/** Checks for operations that remove the value at a path and do nothing else. */
function removes(operations: readonly DocumentOperation[], path: ParamPath): boolean {
  const [first, ...rest] = operations
  return first?.op === 'unset_param' && rest.length === 0 && jsonEqual(first.path, path)
}

/** Returns the text at a path in the params; `null` for other values and for texts with expressions. */
function textAt(node: WorkflowNode | undefined, path: ParamPath): string | null {
  const text = valueAt(node?.params, path)
  return typeof text === 'string' && !isTemplate(text) ? text : null
}

function isFree(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || isMissingSecret(value)
}

function titleOf(params: JsonSchema, param: string): string {
  return fieldsOf(params, resolveSchema(params, params)).find(({ name }) => name === param)?.title ?? param
}
