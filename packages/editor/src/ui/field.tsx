import { createContext, type ReactNode, useContext, useId, useMemo } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { classNames } from './class-names.ts'

/** Attributes that connect a control to its label, help and error. */
export interface FieldControl {
  readonly id: string
  readonly 'aria-describedby'?: string
  readonly 'aria-invalid'?: true
  readonly 'aria-required'?: true
}

const FieldContext = createContext<Partial<FieldControl> | null>(null)

/** Returns the attributes of the nearest {@link Field} for its control; empty outside of one. */
export function useFieldControl(): Partial<FieldControl> {
  return useContext(FieldContext) ?? {}
}

interface FieldRowProps {
  readonly isInvalid?: boolean
  readonly children: ReactNode
}

/** Row of a field with several controls: its controls are invalid by their own value, not by that of another row. */
export function FieldRow({ isInvalid = false, children }: FieldRowProps) {
  const field = useContext(FieldContext)
  const describedBy = field?.['aria-describedby']
  const control = useMemo<Partial<FieldControl>>(
    () =>
      isInvalid
        ? { 'aria-invalid': true, ...(describedBy === undefined ? {} : { 'aria-describedby': describedBy }) }
        : {},
    [isInvalid, describedBy],
  )
  return <FieldContext.Provider value={control}>{children}</FieldContext.Provider>
}

export interface FieldProps {
  readonly label: ReactNode
  /** Help text. */
  readonly help?: ReactNode
  /** Error with its remedy; may contain a link that applies a fix. */
  readonly error?: ReactNode
  readonly required?: boolean
  /** Small remark at the end of the label row, in place of "required". */
  readonly hint?: ReactNode
  /** For controls made of several parts: a group with a legend instead of a label. */
  readonly group?: boolean
  readonly className?: string
  readonly children: ReactNode
}

/** Error message of a control that has no label of its own. */
export function FieldNote({ error }: { readonly error: string | null }) {
  if (error === null) return null
  return (
    <p className="tn-field-note" data-error role="alert">
      {error}
    </p>
  )
}

/** Labeled control with its help, or its error instead of the help. */
export function Field({ label, help, error, required = false, hint, group = false, className, children }: FieldProps) {
  const t = useTranslate()
  const id = useId()
  const hasError = error !== undefined && error !== null && error !== false
  const hasNote = hasError || help !== undefined
  const control = useMemo<FieldControl>(
    () => ({
      id,
      ...(hasNote ? { 'aria-describedby': `${id}-note` } : {}),
      ...(hasError ? { 'aria-invalid': true } : {}),
      ...(required ? { 'aria-required': true } : {}),
    }),
    [id, hasNote, hasError, required],
  )
  const remark = hint ?? (required ? t('ui.required') : null)
  const content = (
    <>
      <div className="tn-field-head">
        {group ? (
          <span id={`${id}-label`} className="tn-field-label">
            {label}
          </span>
        ) : (
          <label id={`${id}-label`} htmlFor={id} className="tn-field-label">
            {label}
          </label>
        )}
        {remark !== null && <small className="tn-field-hint">{remark}</small>}
      </div>
      <FieldContext.Provider value={control}>{children}</FieldContext.Provider>
      {hasError && (
        <p id={`${id}-note`} className="tn-field-note" data-error>
          {error}
        </p>
      )}
      {!hasError && help !== undefined && (
        <p id={`${id}-note`} className="tn-field-note">
          {help}
        </p>
      )}
    </>
  )
  const names = classNames('tn-field', className)
  return group ? (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out like the other fields
    <div className={names} role="group" aria-labelledby={`${id}-label`}>
      {content}
    </div>
  ) : (
    <div className={names}>{content}</div>
  )
}
