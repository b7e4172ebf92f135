import type { LogEntry, NodeRunId } from '@tenon/core/run'
import { useMemo, useState } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import type { Resource } from '../../client/use-resource.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SearchInput } from '../../ui/search-input.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { VirtualList } from '../../ui/virtual-list.tsx'
import type { NodeLogOptions } from '../store/node-log-cache.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { isListed } from '../store/shown-items.ts'
import { useNodeLog } from '../store/use-node-log.ts'
import { useRunSnapshot, useWholeLog } from '../store/use-run.ts'
import { filterLines, LEVEL_CHOICES, type LevelChoice } from './filter-lines.ts'
import { loadedWords } from './loaded-words.ts'
import { LogLineView } from './log-line-view.tsx'
import { type LogLine, logLine } from './log-lines.ts'
import { isUnread, ReadingLog } from './reading-log.tsx'

export interface LogPanelProps {
  readonly scope: RunScope
  /** Shows the lines of one node only. */
  readonly nodeId?: string | null
  /** Shows the lines of one run of the node only, of those in the items of a loop. @defaultValue all of them */
  readonly nodeRunId?: string
  /** Called when the reader chooses a node; omitted if the node is fixed. */
  readonly onNodeChange?: (nodeId: string | null) => void
}

const ALL_NODES = ''
const ROW_PX = 30

/** Panel of the run log with filters and search, which follows new lines. */
export function LogPanel({ scope, nodeId = null, nodeRunId, onNodeChange }: LogPanelProps) {
  const { t, locale } = useInstance()
  const { store, nodes } = scope
  useWholeLog(store, nodeRunId === undefined)
  const { lines, isLoading, failed } = useLines(scope, nodeRunId ?? null)
  const [level, setLevel] = useState<LevelChoice>('info')
  const [search, setSearch] = useState('')
  const [isFollowing, setIsFollowing] = useState(true)
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set())
  const snapshot = useRunSnapshot(store)
  const shown = useMemo(() => {
    const isOfRun = (line: LogLine) => {
      if (nodeRunId !== undefined) return line.nodeRunId === nodeRunId
      const { nodeId: ownId, nodeRunId: ownRunId } = line
      return ownId === null || ownRunId === null || isListed(snapshot, nodes, ownId, ownRunId)
    }
    return filterLines(lines, { level, search, nodeId }).filter(isOfRun)
  }, [lines, level, search, nodeId, nodeRunId, snapshot, nodes])
  const toggle = (seq: number) =>
    setOpened((before) => {
      const next = new Set(before)
      if (!next.delete(seq)) next.add(seq)
      return next
    })
  return (
    <div className="tn-log">
      <div className="tn-log-bar">
        <SearchInput value={search} onChange={setSearch} label={t('runs.log.search')} />
        <Select
          aria-label={t('runs.log.level')}
          value={level}
          onChange={setLevel}
          options={LEVEL_CHOICES.map((choice) => ({ value: choice, label: t(`runs.log.level.${choice}`) }))}
        />
        {onNodeChange !== undefined && (
          <Select
            aria-label={t('runs.log.node')}
            value={nodeId ?? ALL_NODES}
            onChange={(value) => onNodeChange(value === ALL_NODES ? null : value)}
            options={[
              { value: ALL_NODES, label: t('runs.log.allNodes') },
              ...nodes.all.map((node) => ({ value: node.nodeId as string, label: node.name })),
            ]}
          />
        )}
      </div>
      {failed !== null ? (
        <ResourceError resource={failed} />
      ) : isLoading ? (
        <>
          {snapshot.logSeq !== null && (
            <p className="tn-muted" role="status">
              {t('runs.log.loading', loadedWords(snapshot.logSeq, snapshot.lastSeq, locale))}
            </p>
          )}
          <Skeleton lines={8} height={ROW_PX} />
        </>
      ) : isUnread(snapshot) ? (
        <ReadingLog store={store} />
      ) : shown.length === 0 ? (
        <EmptyState
          icon="list"
          title={lines.length === 0 ? t('runs.log.empty') : t('runs.log.noMatch')}
          description={lines.length === 0 ? t('runs.log.emptyWhy') : t('runs.log.noMatchWhy', { count: lines.length })}
        />
      ) : (
        <VirtualList
          className="tn-log-lines"
          role="log"
          aria-live="off"
          aria-label={t('runs.log.label')}
          tabIndex={0}
          items={shown}
          keyOf={lineKey}
          estimate={ROW_PX}
          follow={isFollowing}
          onFollowChange={setIsFollowing}
          render={(line) => (
            <LogLineView line={line} isOpen={opened.has(line.seq)} onToggle={toggle} hasNode={nodeId === null} />
          )}
        />
      )}
      {!isFollowing && shown.length > 0 && (
        <div className="tn-log-tail">
          <Button size="s" icon="arrowDown" onClick={() => setIsFollowing(true)}>
            {t('runs.log.follow')}
          </Button>
        </div>
      )}
    </div>
  )
}

const lineKey = (line: LogLine) => String(line.seq)

interface Lines {
  readonly lines: readonly LogLine[]
  readonly isLoading: boolean
  /** Events of a node run that could not be read; `null` otherwise. */
  readonly failed: Resource<readonly LogEntry[]> | null
}

const WITH_ITERATIONS: NodeLogOptions = { iterations: true }

/** Returns the lines up to the selected moment; each event is formatted once. Of a long run, one node run has its own. */
function useLines(scope: RunScope, nodeRunId: NodeRunId | null): Lines {
  const { t, locale } = useInstance()
  const { store, nodes } = scope
  const { cursor, lastSeq, isPartial } = useRunSnapshot(store)
  const own = useNodeLog(scope, nodeRunId, WITH_ITERATIONS)
  const toLine = useMemo(() => {
    const said = new WeakMap<LogEntry, LogLine>()
    return (entry: LogEntry) => {
      const known = said.get(entry)
      if (known !== undefined) return known
      const line = logLine(entry, { nodes, t, locale, nodeRuns: store.snapshot().live.nodeRuns })
      said.set(entry, line)
      return line
    }
  }, [store, nodes, t, locale])
  const { entries } = own
  const end = isPartial ? entries.length : (cursor ?? lastSeq)
  const lines = useMemo(() => entries.slice(0, end).map(toLine), [entries, end, toLine])
  const failed = lines.length === 0 && own.resource !== null && own.resource.error !== null ? own.resource : null
  return { lines, isLoading: isPartial && (nodeRunId === null || own.isLoading), failed }
}
