import { TenonError, type TenonErrorCode } from '@tenon/core/errors'
import type { ReactNode } from 'react'
import { useSending } from '../client/use-sending.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { canRetry } from '../instance/retry-later.ts'
import type { MessageKey } from '../messages/en/index.ts'
import { useEditorStore } from '../session/session-context.tsx'
import type { Phase } from '../store/editor-state.ts'
import { HostSlot } from '../ui/boundary.tsx'
import { Button } from '../ui/button.tsx'
import { ErrorState, failureText } from '../ui/error-state.tsx'
import { NotFound } from '../ui/not-found.tsx'

type Failure = Extract<Phase, { readonly kind: 'failed' }>

const NOT_FOUND: { readonly [Code in TenonErrorCode]?: MessageKey } = {
  WORKFLOW_NOT_FOUND: 'editor.notFound',
  VERSION_NOT_FOUND: 'editor.versionNotFound',
}

/** Returns the failure of a workflow that was never loaded or no longer exists, so that an editor has nothing to show. */
export function useDraftFailure(): Failure | null {
  return useEditorStore(({ phase, workflow }) =>
    phase.kind === 'failed' && (workflow === null || titleOf(phase.error) !== undefined) ? phase : null,
  )
}

interface DraftFailureProps {
  readonly failure: Failure
  /** Loads the workflow again; `null` if that changes nothing. */
  readonly onRetry: (() => void) | null
  /** Way back, from the host. */
  readonly back: ReactNode
  /** Restores a deleted workflow; `null` without permission. */
  readonly restore: (() => Promise<unknown>) | null
}

/** Page of a workflow that cannot be shown: the reason, and the way back. */
export function DraftFailure({ failure: { error, isDeleted }, onRetry, back, restore }: DraftFailureProps) {
  const t = useTranslate()
  const title = titleOf(error)
  if (isDeleted === true) return <Deleted restore={restore} onRestored={onRetry} back={back} />
  if (title !== undefined) return <NotFound title={t(title)} description={t('editor.notFoundText')} back={back} />
  return (
    <div className="tn-whole-page">
      <LoadFailure error={error} onRetry={onRetry} />
      {back !== undefined && <HostSlot>{back}</HostSlot>}
    </div>
  )
}

interface DeletedProps extends Pick<DraftFailureProps, 'restore' | 'back'> {
  readonly onRestored: (() => void) | null
}

/** Page of a deleted workflow, with a button that restores it. */
function Deleted({ restore, onRestored, back }: DeletedProps) {
  const t = useTranslate()
  const { isSending, failure, send } = useSending()
  if (restore === null) {
    return <NotFound title={t('editor.deletedTitle')} description={t('editor.deletedViewer')} back={back} />
  }
  const begin = () =>
    send(async () => {
      await restore()
      onRestored?.()
    })
  return (
    <NotFound
      title={t('editor.deletedTitle')}
      description={failure === null ? t('editor.deletedText') : failureText(failure.error, t, 'editor.restoreFailed')}
      back={back}
      action={
        <Button icon="undo" variant="primary" busy={isSending} onClick={() => void begin()}>
          {t('editor.restore')}
        </Button>
      }
    />
  )
}

/** Reason why a workflow could not be loaded, with a button to try again. */
export function LoadFailure({ error, onRetry }: { readonly error: unknown } & Pick<DraftFailureProps, 'onRetry'>) {
  const t = useTranslate()
  return (
    <ErrorState
      title={t('editor.loadFailed')}
      error={error}
      isRetrying={onRetry !== null && canRetry(error)}
      {...(onRetry === null ? {} : { onRetry })}
    />
  )
}

function titleOf(error: unknown): MessageKey | undefined {
  return error instanceof TenonError ? NOT_FOUND[error.code] : undefined
}
