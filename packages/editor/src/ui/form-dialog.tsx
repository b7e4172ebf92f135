import { type ReactNode, useId } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { Button } from './button.tsx'
import { Dialog, type DialogProps } from './dialog.tsx'

interface FormDialogProps extends Pick<DialogProps, 'busy' | 'size' | 'title' | 'onClose'> {
  /** True if the form can be sent. */
  readonly isComplete: boolean
  readonly submitLabel: string
  readonly onSubmit: () => void
  readonly children: ReactNode
}

/** Open dialog with a form, which Enter in a field sends as its button does. */
export function FormDialog(props: FormDialogProps) {
  const { busy = false, isComplete, submitLabel, onSubmit, children, ...dialog } = props
  const t = useTranslate()
  const formId = useId()
  return (
    <Dialog
      {...dialog}
      open
      busy={busy}
      footer={
        <>
          <Button disabled={busy} onClick={dialog.onClose}>
            {t('ui.cancel')}
          </Button>
          <Button variant="primary" type="submit" form={formId} busy={busy} disabled={!isComplete}>
            {submitLabel}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        className="tn-form"
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault()
          if (isComplete) onSubmit()
        }}
      >
        {children}
      </form>
    </Dialog>
  )
}
