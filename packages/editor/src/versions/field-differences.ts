import {
  isSecretMarker,
  type Json,
  jsonEqual,
  type NodeId,
  type NodePolicy,
  type WorkflowNode,
} from '@tenon/core/document'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import { fieldsOf, humanize, resolveSchema } from '../manifest/param-field.ts'
import type { MessageKey } from '../messages/en/index.ts'
import type { Translate } from '../messages/format.ts'
import { secretLabel } from '../runs/format/secret-label.ts'
import { isSameParam } from './compare-documents.ts'

/** One field of a node in two documents, in words; `null` where it has no value. */
export interface FieldDifference {
  /** Unique among the fields of a node, such as `params.url` or `policy.timeout`; two labels may be equal. */
  readonly key: string
  readonly label: string
  readonly before: string | null
  readonly after: string | null
}

interface DifferenceOptions {
  readonly manifest: ManifestIndex
  readonly t: Translate
  readonly locale: string
  /** Returns the name of a node, for the container of a node. */
  readonly nameOf: (nodeId: NodeId) => string
}

const POLICY_LABELS: Readonly<Partial<Record<keyof NodePolicy, MessageKey>>> = {
  onError: 'policy.onError',
  timeout: 'policy.timeout',
  join: 'policy.join',
  skipIf: 'policy.skipIf',
}

/**
 * Lists the fields in which two states of a node differ: name, type, container, params in the order of the form,
 * policy, notes. Other orders of keys in params count. Empty for nodes that `compareDocuments` regards as equal, and
 * only for them.
 */
export function fieldDifferences(
  before: WorkflowNode,
  after: WorkflowNode,
  { manifest, t, locale, nameOf }: DifferenceOptions,
): readonly FieldDifference[] {
  const found: FieldDifference[] = []
  const add = (key: string, label: string, old: Json | undefined, next: Json | undefined) => {
    const [shownBefore, shownAfter] = [textOf(old), textOf(next)]
    // The number 1 and the text "1" look the same, as do an empty text and no value.
    const isAlike = shownBefore === shownAfter && !isSecretMarker(old) && !isSecretMarker(next)
    found.push({
      key,
      label,
      before: isAlike ? jsonOf(old) : shownBefore,
      after: isAlike ? jsonOf(next) : shownAfter,
    })
  }
  const addIfChanged = (key: string, label: string, old: Json | undefined, next: Json | undefined) => {
    if (!jsonEqual(old, next)) add(key, label, old, next)
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
  const containerOf = ({ parentId }: WorkflowNode) => (parentId === undefined ? undefined : nameOf(parentId))
  addIfChanged('name', t('inspector.name'), before.name, after.name)
  if (before.type !== after.type || before.typeVersion !== after.typeVersion) {
    add('type', t('versions.type'), typeOf(before), typeOf(after))
  }
  if (before.parentId !== after.parentId) {
    add('parentId', t('versions.container'), containerOf(before), containerOf(after))
  }
  const titles = titlesOf(before, after, manifest)
  for (const name of new Set([...titles.keys(), ...Object.keys(before.params), ...Object.keys(after.params)])) {
    if (isSameParam(name, before, after)) continue
    add(`params.${name}`, titles.get(name) ?? humanize(name), before.params[name], after.params[name])
  }
  const [old, next]: readonly Readonly<Record<string, unknown>>[] = [{ ...before.policy }, { ...after.policy }]
  for (const name of new Set([...Object.keys(old ?? {}), ...Object.keys(next ?? {})])) {
    const key = POLICY_LABELS[name as keyof NodePolicy]
    const label = key === undefined ? humanize(name) : t(key)
    addIfChanged(`policy.${name}`, label, old?.[name] as Json, next?.[name] as Json)
  }
  addIfChanged('disabled', t('versions.disabled'), before.disabled, after.disabled)
  addIfChanged('locked', t('versions.locked'), before.locked, after.locked)
  addIfChanged('notes', t('inspector.notes'), before.notes, after.notes)
  return found
}

function jsonOf(value: Json | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value, null, 2)
}

function titlesOf(before: WorkflowNode, after: WorkflowNode, manifest: ManifestIndex): ReadonlyMap<string, string> {
  const fields = [before, after].flatMap((node) => {
    const schema = manifest.entryOf(node)?.params
    return schema === undefined ? [] : fieldsOf(schema, resolveSchema(schema, schema))
  })
  return new Map(fields.map(({ name, title }) => [name, title]))
}
