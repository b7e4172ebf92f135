import { isSecretMarker, type Json, jsonEqual, type NodePolicy, type WorkflowNode } from '@tenon/core/document'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import { fieldsOf, humanize, resolveSchema } from '../manifest/param-field.ts'
import type { MessageKey } from '../messages/en/index.ts'
import type { Translate } from '../messages/format.ts'
import { secretLabel } from '../runs/format/secret-label.ts'

/** One field of a node in two documents, in words; `null` where it has no value. */
export interface FieldDifference {
  readonly label: string
  readonly before: string | null
  readonly after: string | null
}

interface DifferenceOptions {
  readonly manifest: ManifestIndex
  readonly t: Translate
  readonly locale: string
}

const POLICY_LABELS: Readonly<Partial<Record<keyof NodePolicy, MessageKey>>> = {
  onError: 'policy.onError',
  timeout: 'policy.timeout',
  join: 'policy.join',
  skipIf: 'policy.skipIf',
}

/** Lists the fields in which two states of a node differ: name, params in the order of the form, policy, notes. Other orders of keys in params count. */
export function fieldDifferences(
  before: WorkflowNode,
  after: WorkflowNode,
  { manifest, t, locale }: DifferenceOptions,
): readonly FieldDifference[] {
  const found: FieldDifference[] = []
  const add = (label: string, old: Json | undefined, next: Json | undefined, hasKeyOrder = false) => {
    const isSame = jsonEqual(old ?? null, next ?? null)
    if (isSame && !(hasKeyOrder && JSON.stringify(old) !== JSON.stringify(next))) return
    found.push({ label, before: textOf(old), after: textOf(next) })
  }
  const textOf = (value: Json | undefined): string | null => {
    if (value === undefined || value === null || value === '') return null
    if (typeof value === 'boolean') return t(value ? 'versions.on' : 'versions.off')
    if (isSecretMarker(value)) return secretLabel(value, t, locale)
    return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  }
  const typeOf = (node: WorkflowNode) => {
    const type = manifest.entryOf(node)?.title ?? node.type
    return t('inspector.version', { type, version: node.typeVersion })
  }
  add(t('inspector.name'), before.name, after.name)
  add(t('versions.type'), typeOf(before), typeOf(after))
  // Both documents have their keys in the order of their author.
  const isRearranged = !jsonEqual(before.keyOrder ?? {}, after.keyOrder ?? {})
  const titles = titlesOf(before, after, manifest)
  for (const name of new Set([...titles.keys(), ...Object.keys(before.params), ...Object.keys(after.params)])) {
    add(titles.get(name) ?? humanize(name), before.params[name], after.params[name], isRearranged)
  }
  const [old, next]: readonly Readonly<Record<string, unknown>>[] = [{ ...before.policy }, { ...after.policy }]
  for (const name of new Set([...Object.keys(old ?? {}), ...Object.keys(next ?? {})])) {
    const key = POLICY_LABELS[name as keyof NodePolicy]
    add(key === undefined ? humanize(name) : t(key), old?.[name] as Json, next?.[name] as Json)
  }
  add(t('versions.disabled'), before.disabled, after.disabled)
  add(t('versions.locked'), before.locked, after.locked)
  add(t('inspector.notes'), before.notes, after.notes)
  return found
}

function titlesOf(before: WorkflowNode, after: WorkflowNode, manifest: ManifestIndex): ReadonlyMap<string, string> {
  const fields = [before, after].flatMap((node) => {
    const schema = manifest.entryOf(node)?.params
    return schema === undefined ? [] : fieldsOf(schema, resolveSchema(schema, schema))
  })
  return new Map(fields.map(({ name, title }) => [name, title]))
}
