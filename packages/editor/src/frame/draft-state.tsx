import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { Skeleton, useDelayed } from '../ui/skeleton.tsx'
import { LoadFailure } from './draft-failure.tsx'

/** Covers the canvas until the draft is loaded, and shows a failure. */
export function DraftState({ onRetry }: { readonly onRetry: (() => void) | null }) {
  const t = useTranslate()
  const phase = useEditorStore((state) => state.phase)
  const isSlow = useDelayed(phase.kind === 'loading')
  if (phase.kind === 'ready') return null
  return (
    <div className="tn-draft-state">
      {phase.kind === 'failed' ? (
        <div className="tn-draft-failed">
          <LoadFailure error={phase.error} onRetry={onRetry} />
        </div>
      ) : (
        isSlow && (
          <div className="tn-draft-loading" role="status" aria-label={t('editor.loading')}>
            {[0, 1, 2].map((card) => (
              <div key={card} className="tn-card">
                <div className="tn-card-head">
                  <Skeleton width="28px" height={28} />
                  <Skeleton width="120px" lines={2} height={10} />
                </div>
                <div className="tn-card-summary">
                  <Skeleton width="180px" height={10} />
                </div>
              </div>
            ))}
          </div>
        )
      )}
    </div>
  )
}
