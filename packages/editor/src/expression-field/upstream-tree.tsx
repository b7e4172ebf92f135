import type { NodeId } from '@tenon/core/document'
import type { ScopeSchema } from '@tenon/core/expression'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { IconTile } from '../ui/icon-tile.tsx'
import { SearchInput } from '../ui/search-input.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { typeWords } from './type-words.ts'
import { listUpstream, sourceTitle, type UpstreamField, type UpstreamSource } from './upstream-fields.ts'

interface UpstreamTreeProps {
  /** `null` for a setting of the workflow, which reads the input of a run only. */
  readonly nodeId: NodeId | null
  /** Called with the whole reference: `{{nodes.analyze.output.sentiment}}`. */
  readonly onPick: (reference: string) => void
  /** True if the search takes the focus when it appears. @defaultValue false */
  readonly focusesSearch?: boolean
}

/**
 * Tree of the outputs of earlier nodes, which can be searched, clicked or dragged into a field; Enter picks the first
 * field that was found.
 */
export function UpstreamTree({ nodeId, onPick, focusesSearch = false }: UpstreamTreeProps) {
  const t = useTranslate()
  const scope = useScope(nodeId)
  const [query, setQuery] = useState('')
  const search = useRef<HTMLInputElement>(null)
  const sources = useMemo(() => (scope === null ? [] : listUpstream(scope)), [scope])
  const found = useMemo(() => narrow(sources, query), [sources, query])
  const first = query.trim() === '' ? undefined : found.flatMap(({ fields }) => fields)[0]
  const isLoaded = scope !== null
  useEffect(() => {
    if (focusesSearch && isLoaded) search.current?.focus({ preventScroll: true })
  }, [focusesSearch, isLoaded])
  if (scope === null) return <Skeleton lines={6} height={20} />
  if (!sources.some(({ kind }) => kind === 'node' || kind === 'item' || kind === 'input')) {
    const description = t(nodeId === null ? 'input.noneOfStart' : 'input.noneText')
    return <EmptyState icon="inbox" title={t('input.none')} description={description} />
  }
  return (
    <div className="tn-upstream">
      <SearchInput
        ref={search}
        label={t('input.search')}
        value={query}
        onChange={setQuery}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || first === undefined) return
          event.preventDefault()
          onPick(referenceTo(first))
        }}
      />
      {found.map((source) => (
        <SourceSection key={source.nodeId ?? source.kind} source={source} first={first} onPick={onPick} />
      ))}
      {found.length === 0 && <p className="tn-picker-empty">{t('input.nothing', { query })}</p>}
    </div>
  )
}

interface SourceSectionProps extends Pick<UpstreamTreeProps, 'onPick'> {
  readonly source: UpstreamSource
  /** Field that Enter picks. */
  readonly first: UpstreamField | undefined
}

function SourceSection({ source, first, onPick }: SourceSectionProps) {
  const t = useTranslate()
  const node = useEditorStore((state) => (source.nodeId === null ? undefined : state.nodesById.get(source.nodeId)))
  const entry = useEditorStore((state) => (node === undefined ? undefined : state.manifest.entryOf(node)))
  const title = sourceTitle(source, t)
  return (
    <section aria-label={title}>
      <h3 className="tn-upstream-source">
        {entry !== undefined && <IconTile path={entry.icon} category={entry.category} size="s" />}
        <span>{title}</span>
      </h3>
      {source.fields.length === 0 && <p className="tn-upstream-empty">{t('input.nothingKnown')}</p>}
      {source.fields.map((field) => (
        <FieldRow key={field.expression} field={field} isFirst={field === first} onPick={onPick} />
      ))}
    </section>
  )
}

interface FieldRowProps extends Pick<UpstreamTreeProps, 'onPick'> {
  readonly field: UpstreamField
  readonly isFirst: boolean
}

function FieldRow({ field, isFirst, onPick }: FieldRowProps) {
  const t = useTranslate()
  const reference = referenceTo(field)
  return (
    <button
      type="button"
      className="tn-upstream-field"
      data-depth={field.depth}
      data-active={isFirst || undefined}
      title={field.description === '' ? reference : field.description}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData('text/plain', reference)
        event.dataTransfer.effectAllowed = 'copy'
      }}
      onClick={() => onPick(reference)}
    >
      <span className="tn-upstream-name" dir="auto">
        {field.name}
      </span>
      <small>{typeWords(field.schema, t)}</small>
    </button>
  )
}

function referenceTo({ expression }: UpstreamField): string {
  return `{{${expression}}}`
}

function useScope(nodeId: NodeId | null): ScopeSchema | null {
  const { scopeOf } = useSession()
  const document = useEditorStore((state) => state.document)
  const runOutputs = useEditorStore((state) => state.runOutputs)
  const [scope, setScope] = useState<ScopeSchema | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the reader uses the current document
  useEffect(() => {
    let isWanted = true
    void scopeOf(nodeId).then((next) => {
      if (isWanted) setScope(next)
    })
    return () => {
      isWanted = false
    }
  }, [scopeOf, nodeId, document, runOutputs])
  return scope
}

function narrow(sources: readonly UpstreamSource[], query: string): readonly UpstreamSource[] {
  const wanted = query.trim().toLowerCase()
  if (wanted === '') return sources
  return sources.flatMap((source) => {
    if (source.title?.toLowerCase().includes(wanted)) return [source]
    const fields = source.fields.filter((field) => field.name.toLowerCase().includes(wanted))
    return fields.length === 0 ? [] : [{ ...source, fields }]
  })
}
