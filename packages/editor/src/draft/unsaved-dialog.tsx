import type { DocumentOperation } from '@tenon/core/document'
import { useRef, useState } from 'react'
import { writeClipboard } from '../instance/browser.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { useAnnouncer } from '../ui/live-region.tsx'
import { TextArea } from '../ui/text-input.tsx'

/** Changes that did not reach the server, with the reason. */
export interface UnsavedWork {
  readonly reason: string
  readonly operations: readonly DocumentOperation[]
}

/** Shows changes that would be lost, so that they can be copied. */
export function UnsavedDialog({ work, onClose }: { readonly work: UnsavedWork; readonly onClose: () => void }) {
  const t = useTranslate()
  const { toast } = useAnnouncer()
  const area = useRef<HTMLTextAreaElement>(null)
  const [isRefused, setIsRefused] = useState(false)
  const text = JSON.stringify(work.operations, null, 2)
  const copy = async () => {
    const isCopied = await writeClipboard(text)
    setIsRefused(!isCopied)
    if (isCopied) toast(t('ui.copied'), { tone: 'success' })
    else area.current?.select()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('sync.unsavedTitle')}
      description={work.reason}
      footer={
        <>
          <Button onClick={onClose}>{t('ui.close')}</Button>
          <Button variant="primary" onClick={() => void copy()}>
            {t('sync.copyUnsaved')}
          </Button>
        </>
      }
    >
      <Field label={t('sync.unsaved')} help={t('sync.unsavedHelp')} error={isRefused && t('ui.copyRefused')}>
        <TextArea ref={area} value={text} onChange={() => {}} readOnly mono rows={10} />
      </Field>
    </Dialog>
  )
}
