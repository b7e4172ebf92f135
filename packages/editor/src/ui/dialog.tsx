import { type ReactNode, useId, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { InstanceReactContext, useInstance } from '../instance/instance-context.ts'
import { useCloseOnBack } from '../instance/use-close-on-back.ts'
import { classNames } from './class-names.ts'
import { IconButton } from './icon-button.tsx'

export interface DialogProps {
  readonly open: boolean
  /** Called by Escape, by the close button, by a click beside the dialog, and by Back on a phone. */
  readonly onClose: () => void
  /**
   * True while the action of the dialog is in progress: the dialog stays open, so that the user sees a failure. Also
   * disable the cancel button. @defaultValue false
   */
  readonly busy?: boolean
  readonly title: string
  readonly description?: ReactNode
  /** Buttons at the foot; the primary one last. */
  readonly footer?: ReactNode
  /** `l` is 760 px wide, `xl` takes most of the window. @defaultValue 'm' (480 px) */
  readonly size?: 'm' | 'l' | 'xl'
  readonly className?: string
  readonly children?: ReactNode
}

/** Modal dialog as a native element: the browser keeps the focus inside and restores it. */
export function Dialog({ open, ...props }: DialogProps) {
  return open ? <OpenDialog {...props} /> : null
}

/** Selectors in the order of preference. */
const FIRST_IN_FORM = [
  ':is(input:not([type="radio"]), textarea, select):not(:disabled)',
  '.tn-button[data-variant="primary"]:not(:disabled)',
]
/** First button of a dialog without fields, which changes nothing. */
const SAFE_ANSWER = '.tn-dialog-content:empty + .tn-dialog-footer button'

/** Focuses the first field of a form, or its primary button if it has no field. */
export function focusFirst(form: Element): void {
  focusOneOf(form, FIRST_IN_FORM)
}

function focusOneOf(parent: Element, selectors: readonly string[]): void {
  for (const selector of selectors) {
    const found = parent.querySelector<HTMLElement>(selector)
    if (found === null) continue
    found.focus()
    return
  }
}

function OpenDialog(props: Omit<DialogProps, 'open'>) {
  const { busy = false, title, description, footer, size = 'm', className, children } = props
  const onClose = () => {
    if (!busy) props.onClose()
  }
  const outer = useInstance()
  const { t } = outer
  // The page is inert under a modal dialog, so the menus and tooltips of the dialog are rendered inside it.
  const [portal, setPortal] = useState<HTMLElement | null>(null)
  const instance = useMemo(() => (portal === null ? outer : { ...outer, portal }), [outer, portal])
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useCloseOnBack(true, onClose, busy)
  // The cleanup of a layout effect runs while the element is mounted, so that the browser can restore the focus.
  useLayoutEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    // The browser would choose the close button, which comes first.
    if (dialog !== null) focusOneOf(dialog, [SAFE_ANSWER, ...FIRST_IN_FORM])
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={ref}
      className={classNames('tn-dialog', className)}
      data-size={size}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose()
      }}
      onClose={({ currentTarget: dialog }) => {
        // A browser may close a dialog that has refused several requests to close, such as the Back button.
        if (busy && !dialog.open) dialog.showModal()
      }}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key !== 'Escape') return
        // The tooltip of the focused button handles Escape, and the browser then ignores it.
        if (event.defaultPrevented) onClose()
        if (busy) event.preventDefault()
      }}
    >
      <InstanceReactContext.Provider value={instance}>
        <div className="tn-dialog-body">
          <div className="tn-dialog-header">
            <h2 id={titleId} className="tn-dialog-title" dir="auto">
              {title}
            </h2>
            <IconButton icon="close" label={t('ui.close')} disabled={busy} onClick={onClose} />
          </div>
          {description !== undefined && (
            <p className="tn-dialog-description" dir="auto">
              {description}
            </p>
          )}
          <div className="tn-dialog-content">{children}</div>
          {footer !== undefined && <div className="tn-dialog-footer">{footer}</div>}
        </div>
      </InstanceReactContext.Provider>
      <div ref={setPortal} className="tn-portal" />
    </dialog>
  )
}
