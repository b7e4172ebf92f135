import type { Rollout, TenonClient, Version } from '@tenon/core/client'
import { EMPTY_DOCUMENT, type NodeId } from '@tenon/core/document'
import { useMemo, useState } from 'react'
import { ChangeMarksContext } from '../canvas/change-marks.ts'
import { ReadOnlyCanvas } from '../canvas/read-only-canvas.tsx'
import { ResourceError } from '../client/resource-error.tsx'
import type { Pages } from '../client/use-pages.ts'
import type { Resource } from '../client/use-resource.ts'
import { useInstance } from '../instance/instance-context.ts'
import { formatMoment } from '../runs/format/instant.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { Badge } from '../ui/badge.tsx'
import { Field } from '../ui/field.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ChangeList } from './change-list.tsx'
import { compareDocuments } from './compare-documents.ts'
import { mergeDocuments } from './merge-documents.ts'
import { RestoreButtons } from './restore-buttons.tsx'
import { RolloutNote } from './rollout-note.tsx'
import { liveVersion } from './use-rollouts.ts'
import { DRAFT, useDocument, versionBefore } from './use-versions.ts'

interface VersionDetailProps {
  readonly client: TenonClient
  readonly workflowId: string
  /** A version, or the draft. */
  readonly shown: string
  /** Versions of the workflow, newest first. */
  readonly pages: Pages<Version>
  readonly rollouts: Resource<readonly Rollout[]>
  readonly hasDraft: boolean
  readonly canEdit: boolean
  readonly onOpenRun: ((runId: string) => void) | undefined
  /** Back to the list, where there is no room for both. */
  readonly onBack: () => void
}

const NOTHING = 'nothing'

/** One version: who published it and why, its picture, and how it differs from another. */
export function VersionDetail(props: VersionDetailProps) {
  const { client, workflowId, shown, pages, rollouts, hasDraft, canEdit, onOpenRun, onBack } = props
  const { t, locale } = useInstance()
  const latest = useEditorStore((state) => state.workflow?.version ?? null)
  const live = liveVersion(latest, rollouts.value ?? [])
  const rollout = rollouts.value?.find((each) => each.version === shown)
  const manifest = useEditorStore((state) => state.manifest)
  const [chosenBase, setChosenBase] = useState<string | null>(null)
  const [nodeId, setNodeId] = useState<NodeId | null>(null)
  const version = pages.items.find((candidate) => candidate.version === shown)
  const base = chosenBase ?? versionBefore(shown, pages.items[0]?.version ?? null, rollouts.value ?? []) ?? NOTHING
  const after = useDocument(client, workflowId, shown)
  const other = useDocument(client, workflowId, base === NOTHING ? null : base)
  const changes = useMemo(
    () => (after.value === null || other.value === null ? [] : compareDocuments(other.value, after.value)),
    [after.value, other.value],
  )
  const merged = useMemo(() => mergeDocuments(after.value ?? EMPTY_DOCUMENT, changes), [after.value, changes])
  // A picture is fitted once, with what both have.
  const isComparing = base !== NOTHING && other.value === null && other.error === null
  const firstChanged = merged.document.nodes.find(({ id }) => merged.marks.has(id))?.id
  const nameOf = (id: string) => (id === DRAFT ? t('topbar.draft') : t('versions.version', { version: id }))
  const listed = [...(hasDraft ? [DRAFT] : []), ...pages.items.map((one) => one.version)].filter((id) => id !== shown)
  // The version before the last loaded one is on the next page.
  const others = base === NOTHING || listed.includes(base) ? listed : [...listed, base]
  return (
    <section className="tn-version-detail" aria-label={nameOf(shown)}>
      <header className="tn-version-head">
        <span className="tn-version-back">
          <IconButton icon="chevronLeft" label={t('versions.title')} onClick={onBack} />
        </span>
        <div className="tn-version-about">
          <h3 className="tn-version-title">
            {nameOf(shown)}
            {shown === live && (
              <span title={t('versions.liveHint')}>
                <Badge tone="success">{t('versions.live')}</Badge>
              </span>
            )}
          </h3>
          {version !== undefined && (
            <p className="tn-muted" dir="auto">
              {t('versions.publishedBy', {
                name: version.publishedBy.displayName,
                time: formatMoment(Date.parse(version.publishedAt), locale),
              })}
            </p>
          )}
        </div>
        {canEdit && shown !== DRAFT && after.value !== null && (
          <RestoreButtons
            version={shown}
            document={after.value}
            canPublish={shown !== live && rollout?.status !== 'canary'}
          />
        )}
      </header>
      {rollout !== undefined && (
        <RolloutNote
          client={client}
          rollout={rollout}
          mayChange={canEdit}
          onOpenRun={onOpenRun}
          onChange={rollouts.refresh}
        />
      )}
      {version !== undefined && version.notes !== '' && (
        <p className="tn-version-text" dir="auto">
          {version.notes}
        </p>
      )}
      <div className="tn-version-picture">
        {after.error !== null ? (
          <ResourceError title={t('start.loadFailed')} resource={after} />
        ) : after.value === null || isComparing ? (
          <Skeleton lines={1} height={200} />
        ) : (
          <ChangeMarksContext.Provider value={merged.marks}>
            <ReadOnlyCanvas
              document={merged.document}
              manifest={manifest.manifest}
              selectedNodeId={nodeId}
              firstNodeId={firstChanged ?? null}
              onSelectNode={setNodeId}
            />
          </ChangeMarksContext.Provider>
        )}
      </div>
      <div className="tn-version-changes">
        <Field label={t('versions.compare')}>
          <Select
            value={base}
            onChange={setChosenBase}
            // Older versions can be chosen as well.
            onFocus={pages.loadMore}
            options={[
              { value: NOTHING, label: t('versions.compareNothing') },
              ...others.map((id) => ({ value: id, label: nameOf(id) })),
            ]}
          />
        </Field>
        {base !== NOTHING &&
          (other.value !== null && after.value !== null ? (
            <ChangeList
              changes={changes}
              documents={[other.value, after.value]}
              from={nameOf(base)}
              to={nameOf(shown)}
              selectedNodeId={nodeId}
              onSelectNode={setNodeId}
            />
          ) : other.error !== null ? (
            <ResourceError title={t('start.loadFailed')} resource={other} />
          ) : (
            <Skeleton lines={4} height={28} />
          ))}
      </div>
    </section>
  )
}
