import { writeClipboard } from '../../instance/browser.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import type { RunFormDraft } from '../form/form-draft.ts'

interface TakenNoteProps {
  /** Reason why the values can no longer be sent. */
  readonly reason: string
  /** Returns the entries of the form. */
  readonly draft: () => RunFormDraft
}

/** Note in a form whose node run was resolved by another user, with a button that copies what was entered. */
export function TakenNote({ reason, draft }: TakenNoteProps) {
  const t = useTranslate()
  const { announce, toast } = useAnnouncer()
  const copy = async () => {
    const { mode, values, text } = draft()
    const isDone = await writeClipboard(mode === 'json' ? text : JSON.stringify(values, null, 2))
    if (isDone) announce(t('ui.copied'))
    else toast(t('ui.copyRefused'), { tone: 'failed' })
  }
  return (
    <div role="alert">
      <Callout tone="waiting" title={reason}>
        <p>{t('runs.parked.notSent')}</p>
        <Button icon="copy" size="s" onClick={() => void copy()}>
          {t('runs.parked.copyValues')}
        </Button>
      </Callout>
    </div>
  )
}
