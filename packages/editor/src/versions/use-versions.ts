import type { Rollout, TenonClient, Version } from '@tenon/core/client'
import type { WorkflowDocument } from '@tenon/core/document'
import { useCallback, useMemo } from 'react'
import { type Pages, usePages } from '../client/use-pages.ts'
import { type Resource, useResource } from '../client/use-resource.ts'
import { useTenantChanges } from '../client/use-tenant-changes.ts'
import { useEditorStore } from '../session/session-context.tsx'

/** The draft, where a version is named. */
export const DRAFT = 'draft'

const versionOf = ({ version }: Version) => version

/** Lists the versions of a workflow, newest first, and follows the publishes of others. */
export function useVersions(client: TenonClient, workflowId: string): Pages<Version> {
  const load = useCallback(
    (cursor: string | null, abortSignal?: AbortSignal) =>
      client.versions.list(
        workflowId,
        cursor === null ? {} : { cursor },
        abortSignal === undefined ? {} : { abortSignal },
      ),
    [client, workflowId],
  )
  const pages = usePages(load, versionOf)
  useTenantChanges({
    client,
    isRelevant: (change) => change.kind === 'version' && change.workflowId === workflowId,
    onChange: pages.refresh,
  })
  return pages
}

/**
 * Returns the version before another, which need not be loaded yet; the latest one for the draft, `null` for the first. It
 * is one that all new runs have started with: of a version that was rolled back, or replaced as a canary, the former one.
 *
 * @param latest - The latest version; `null` if there is none.
 * @param rollouts - Those of the versions that have one.
 */
export function versionBefore(version: string, latest: string | null, rollouts: readonly Rollout[]): string | null {
  const of = (name: string) => rollouts.find((rollout) => rollout.version === name)
  // Versions of a workflow are numbered from 1 without gaps.
  const number = Number(version)
  const before = version === DRAFT ? latest : number > 1 ? String(number - 1) : null
  const former = of(version)?.formerVersion ?? null
  if (former !== null) return former
  const rollout = before === null ? undefined : of(before)
  const isHeldBack = rollout?.status === 'rolled_back' || rollout?.status === 'replaced'
  return isHeldBack ? rollout.formerVersion : before
}

/**
 * Loads the document of a version.
 *
 * @param version - A version, {@link DRAFT} for the draft of this editor as it is now, `null` for none.
 */
export function useDocument(client: TenonClient, workflowId: string, version: string | null): DocumentResource {
  const draft = useEditorStore((state) => state.document)
  const load = useMemo(() => {
    if (version === null || version === DRAFT) return null
    return async (abortSignal: AbortSignal) =>
      (await client.versions.get(workflowId, version, { abortSignal })).document
  }, [client, workflowId, version])
  const stored = useResource(load)
  return version === DRAFT ? { ...stored, value: draft, error: null } : stored
}

/** A document that is loaded, or the draft. */
type DocumentResource = Resource<WorkflowDocument>
