import type { Workflow } from '@tenon/core/client'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import { usePages } from '../client/use-pages.ts'
import { useTenantChanges } from '../client/use-tenant-changes.ts'
import type { TenantWorkflows } from '../contexts/workflows-context.ts'
import type { ControlProps } from '../inspector/controls/control-props.ts'
import { useTranslate } from '../instance/instance-context.ts'
import type { Translate } from '../messages/format.ts'
import { SubWorkflowTexts } from '../shell/sub-workflow-texts.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { useFieldControl } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { Popover } from '../ui/popover.tsx'
import { SearchInput } from '../ui/search-input.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { useOptions } from '../ui/use-options.ts'
import { useWorkflow } from './use-workflow.ts'
import type { Lookup } from './workflow-directory.ts'

interface WorkflowPickerProps extends Pick<ControlProps, 'value' | 'onChange' | 'isReadOnly' | 'isInvalid'> {
  readonly workflows: TenantWorkflows
}

/** Chooses a workflow of the tenant from a list with a search, and links to the chosen one. */
export function WorkflowPicker(props: WorkflowPickerProps) {
  return (
    <SubWorkflowTexts>
      <Picker {...props} />
    </SubWorkflowTexts>
  )
}

function Picker({ workflows, value, onChange, isReadOnly, isInvalid }: WorkflowPickerProps) {
  const t = useTranslate()
  const field = useFieldControl()
  const [isOpen, setIsOpen] = useState(false)
  const workflowId = typeof value === 'string' ? value : ''
  const chosen = useWorkflow(workflows, workflowId)
  const name = nameOf(chosen, workflowId, t)
  const { onOpen } = workflows
  return (
    <div className="tn-workflow-picker">
      <Popover
        label={t('subWorkflow.list')}
        open={isOpen}
        onOpenChange={setIsOpen}
        align="start"
        trigger={
          <button
            type="button"
            {...field}
            className="tn-input tn-workflow-button"
            disabled={isReadOnly}
            aria-label={chosen === null ? t('subWorkflow.choose') : t('subWorkflow.change', { name })}
            aria-invalid={isInvalid || undefined}
            data-empty={chosen === null || undefined}
          >
            <span className="tn-truncate" dir="auto">
              {chosen === null ? t('subWorkflow.choose') : name}
            </span>
            {chosen?.kind === 'found' && <WorkflowState workflow={chosen.value} />}
            <Icon name="chevronDown" />
          </button>
        }
      >
        <div className="tn-picker">
          <Options
            workflows={workflows}
            chosenId={workflowId}
            onChoose={(next) => {
              setIsOpen(false)
              onChange(next.id)
            }}
          />
        </div>
      </Popover>
      {onOpen !== null && chosen?.kind === 'found' && (
        <IconButton icon="external" label={t('subWorkflow.open', { name })} onClick={() => onOpen(workflowId)} />
      )}
    </div>
  )
}

function nameOf(chosen: Lookup<Workflow> | null, workflowId: string, t: Translate): string {
  if (chosen?.kind === 'found') return chosen.value.name
  if (chosen?.kind === 'loading') return t('ui.loading')
  return chosen?.kind === 'missing' ? t('subWorkflow.unknown') : workflowId
}

/** Version of a workflow, or the reason why it cannot be run. */
function WorkflowState({ workflow }: { readonly workflow: Workflow }) {
  const t = useTranslate()
  const { deletedAt, version } = workflow
  if (deletedAt !== null) return <Badge tone="failed">{t('subWorkflow.deleted')}</Badge>
  if (version === null) return <Badge tone="waiting">{t('subWorkflow.notPublished')}</Badge>
  return <Badge>{`v${version}`}</Badge>
}

/** Workflows of one page. */
const PAGE_SIZE = 100
/** Most workflows that are loaded for a search without a click. */
const MOST_SEARCHED = 1_000

const workflowIdOf = ({ id }: Workflow) => id

interface OptionsProps {
  readonly workflows: TenantWorkflows
  readonly chosenId: string
  readonly onChoose: (workflow: Workflow) => void
}

function Options({ workflows, chosenId, onChoose }: OptionsProps) {
  const t = useTranslate()
  const { client, ownId } = workflows
  const [query, setQuery] = useState('')
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus({ preventScroll: true }), [])
  const load = useCallback(
    (cursor: string | null, abortSignal?: AbortSignal) =>
      client.workflows.list(
        { limit: PAGE_SIZE, ...(cursor === null ? {} : { cursor }) },
        abortSignal === undefined ? {} : { abortSignal },
      ),
    [client],
  )
  const pages = usePages(load, workflowIdOf)
  useTenantChanges({
    client,
    isRelevant: ({ kind }) => kind === 'workflow' || kind === 'version',
    onChange: pages.refresh,
  })
  const { items, hasMore, isLoading, isLoadingMore, moreError, loadMore } = pages
  // The server has no search by name.
  const searchesOn = query.trim() !== '' && hasMore && items.length < MOST_SEARCHED && moreError === null
  useEffect(() => {
    if (searchesOn && !isLoadingMore) loadMore()
  }, [searchesOn, isLoadingMore, loadMore])
  const found = useMemo(() => searchWorkflows(items, query), [items, query])
  const choose = (workflow: Workflow) => {
    if (workflow.id !== ownId) onChoose(workflow)
  }
  const options = useOptions({ items: found, onChoose: choose })
  if (pages.error !== null && items.length === 0) {
    return <ResourceError title={t('subWorkflow.listFailed')} resource={pages} />
  }
  const isSearching = isLoading || searchesOn
  return (
    <>
      <SearchInput
        ref={input}
        label={t('subWorkflow.search')}
        value={query}
        onChange={(next) => {
          setQuery(next)
          options.reset()
        }}
        onKeyDown={options.onKeyDown}
        list={options.field}
      />
      <div
        ref={options.listRef}
        id={options.listId}
        role="listbox"
        className="tn-picker-list"
        aria-label={t('subWorkflow.list')}
        aria-busy={isSearching || undefined}
      >
        {found.map((workflow, index) => (
          <div
            key={workflow.id}
            {...options.option(index)}
            className="tn-picker-item"
            aria-disabled={workflow.id === ownId || undefined}
          >
            <span className="tn-workflow-name" dir="auto">
              {workflow.name}
            </span>
            {workflow.id === ownId ? (
              <Badge>{t('subWorkflow.callsItself')}</Badge>
            ) : (
              <WorkflowState workflow={workflow} />
            )}
            {workflow.id === chosenId && <Icon name="check" size={14} />}
          </div>
        ))}
      </div>
      {found.length === 0 && isSearching && <Skeleton lines={4} height={24} />}
      {found.length === 0 && !isSearching && (
        <p className="tn-picker-empty" role="status">
          {t(items.length === 0 ? 'subWorkflow.noWorkflow' : 'subWorkflow.noMatch')}
        </p>
      )}
      {hasMore && !searchesOn && (
        <Button size="s" variant="ghost" busy={isLoadingMore} onClick={loadMore}>
          {t('ui.loadMore')}
        </Button>
      )}
    </>
  )
}

/** Returns the workflows whose names contain each word, those that begin with the text first. */
function searchWorkflows(workflows: readonly Workflow[], query: string): readonly Workflow[] {
  const text = query.trim().toLowerCase()
  if (text === '') return workflows
  const words = text.split(/\s+/)
  const found = workflows.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
  const isFirst = ({ name }: Workflow) => name.toLowerCase().startsWith(text)
  return [...found.filter(isFirst), ...found.filter((workflow) => !isFirst(workflow))]
}
