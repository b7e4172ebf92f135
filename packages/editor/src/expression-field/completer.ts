import type { NodeId, ParamPath } from '@tenon/core/document'
import type { ScopeSchema } from '@tenon/core/expression'
import { loadPart } from '../instance/load-part.ts'
import type { Translate } from '../messages/format.ts'
import type { ScopeReader } from '../session/scope-cache.ts'
import type { CompletionAnswer, CompletionItem } from './field-types.ts'
import { typeWords } from './type-words.ts'
import { listUpstream, sourceTitle } from './upstream-fields.ts'

const loadCompletions = () => import('./completions-at.ts')

type Kinds = CompletionItem['kind']

const KINDS: Readonly<Record<string, Kinds>> = { root: 'variable', property: 'field', function: 'function' }
const GROUPS = {
  root: 'completion.names',
  property: 'completion.fields',
  function: 'completion.functions',
  keyword: 'completion.constants',
  value: 'completion.values',
} as const

interface FieldOfNode {
  /** `null` for a setting of the workflow. */
  readonly nodeId: NodeId | null
  /** Returns the path of the field, which a rename of a row changes. */
  readonly path: () => ParamPath | 'notes'
}

/** Creates the completion for the fields of one node: outputs of earlier nodes, and functions. */
export function createCompleter(
  scopeOf: ScopeReader,
  { nodeId, path }: FieldOfNode,
  t: Translate,
): (text: string, offset: number) => Promise<CompletionAnswer | null> {
  return async (text, offset) => {
    // Plain text is the usual case and has no completions.
    if (text.lastIndexOf('{{', offset) < 0) return null
    const [{ completionsAt }, scope] = await Promise.all([loadPart(loadCompletions), scopeOf(nodeId, path())])
    const list = completionsAt(text, offset, scope)
    if (list === null) return null
    const items = list.items.map((item): CompletionItem => {
      const shift = item.from === undefined ? '' : text.slice(item.from, list.from)
      return {
        label: item.title ?? item.label,
        insert: item.insert,
        detail: item.detail ?? '',
        info: item.kind === 'property' ? (item.help ?? '') : helpOf(item.label, item.help ?? '', t),
        group: t(GROUPS[item.kind]),
        kind: KINDS[item.kind] ?? 'keyword',
        // A key that is not a name replaces the point before it by brackets.
        ...(shift === '' ? {} : { eats: shift.length }),
      }
    })
    const isStart = list.items.some((item) => item.kind === 'root')
    return { from: list.from, items: isStart ? withShortcuts(items, shortcuts(scope, t)) : items }
  }
}

/** Puts shortcuts first; a name that is itself a shortcut, such as `item`, is listed once, in the group of the shortcut. */
function withShortcuts(items: readonly CompletionItem[], fields: readonly CompletionItem[]): readonly CompletionItem[] {
  const groups = new Map(fields.map(({ insert, group }) => [insert, group]))
  const isField = ({ insert, kind }: CompletionItem) => kind === 'variable' && groups.has(insert)
  const names = items.filter(isField)
  const listed = new Set(names.map(({ insert }) => insert))
  return [
    ...names.map((name) => ({ ...name, group: groups.get(name.insert) ?? name.group })),
    ...fields.filter(({ insert }) => !listed.has(insert)),
    ...items.filter((item) => !isField(item)),
  ]
}

// Functions, names and constants have no code, so their own names are the keys of their help.
function helpOf(name: string, help: string, t: Translate): string {
  return t.ofCode(`help.${name}`, { help }) ?? help
}

// At the beginning people search for a field, not for the name of a root.
function shortcuts(scope: ScopeSchema, t: Translate): CompletionItem[] {
  return listUpstream(scope).flatMap((source) => {
    const owner = sourceTitle(source, t)
    return source.fields
      .filter((field) => field.depth === 0)
      .map((field) => ({
        label: `${owner} › ${field.name}`,
        insert: field.expression,
        detail: typeWords(field.schema, t),
        info: field.description,
        group: source.kind === 'node' ? t('completion.earlier') : owner,
        kind: 'field' as const,
      }))
  })
}
