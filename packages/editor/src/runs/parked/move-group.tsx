import type { MigratedRuns, ParkedGroup, TenonClient } from '@tenon/core/client'
import { useCallback, useEffect, useRef } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { useSending } from '../../client/use-sending.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { MigrationTexts } from '../../shell/migration-texts.tsx'
import { Button } from '../../ui/button.tsx'
import { failureText } from '../../ui/error-state.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'

interface MoveGroupProps {
  readonly client: TenonClient
  readonly group: ParkedGroup
  readonly disabled: boolean
  /** Called after the runs were asked to move. */
  readonly onDone: () => void
}

/** Button that moves the runs of a group to the latest version of their workflow; hidden while the newest of them is on it. */
export function MoveGroup(props: MoveGroupProps) {
  return (
    <MigrationTexts>
      <MoveButton {...props} />
    </MigrationTexts>
  )
}

function MoveButton({ client, group, disabled, onDone }: MoveGroupProps) {
  const t = useTranslate()
  const { toast } = useAnnouncer()
  const { isSending, send } = useSending((error) =>
    toast(failureText(error, t, 'runs.move.groupFailed'), { tone: 'failed' }),
  )
  const isGone = useRef(false)
  useEffect(() => {
    isGone.current = false
    return () => {
      isGone.current = true
    }
  }, [])
  const { workflowId, sample } = group
  const workflow = useResource(
    useCallback((abortSignal: AbortSignal) => client.workflows.get(workflowId, { abortSignal }), [client, workflowId]),
  )
  const latest = workflow.value?.liveVersion ?? null
  if (latest === null || latest === sample.version) return null
  const move = async () => {
    await send(async () => {
      const { moved, refused } = await moveAll(client, { group, version: latest, isStopped: () => isGone.current })
      const [first] = refused
      const text = t('runs.move.groupSent', { moved, refused: refused.length, version: latest })
      toast(first === undefined ? text : `${text} · ${first.message}`, first === undefined ? {} : { tone: 'failed' })
    })
    onDone()
  }
  return (
    <Button busy={isSending} disabled={disabled} onClick={() => void move()}>
      {t('runs.move.group', { count: group.count, version: latest })}
    </Button>
  )
}

interface MovedGroup {
  readonly moved: number
  readonly refused: MigratedRuns['refused']
}

/** Asks the runs of a group to move, page by page. */
async function moveAll(
  client: TenonClient,
  {
    group: { workflowId, fingerprint },
    version,
    isStopped,
  }: { readonly group: ParkedGroup; readonly version: string; readonly isStopped: () => boolean },
): Promise<MovedGroup> {
  const refused: MigratedRuns['refused'][number][] = []
  let moved = 0
  let cursor: string | null = null
  do {
    const page: MigratedRuns = await client.runs.migrateAll(workflowId, {
      ...{ version, fingerprint },
      ...(cursor === null ? {} : { cursor }),
    })
    moved += page.runIds.length
    refused.push(...page.refused)
    cursor = page.nextCursor
  } while (cursor !== null && !isStopped())
  return { moved, refused }
}
