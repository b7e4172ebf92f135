import type { NodeId } from '@tenon/core/document'
import { useEffect, useRef } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import type { TypedTextField } from '../session/use-typed-text.ts'
import { Field, type FieldProps } from '../ui/field.tsx'
import { FieldFault } from './controls/field-fault.tsx'
import { useFieldProblems } from './controls/use-field-problems.ts'

interface PolicyFieldProps extends Omit<FieldProps, 'error' | 'hint' | 'label'> {
  readonly nodeId: NodeId
  /** Path of the field in the policy. */
  readonly path: readonly [string, ...string[]]
  readonly label: string
  /** True for a field whose parts have no row of their own. */
  readonly withParts?: boolean
  /** Removes the value of the node; `null` if the default applies or cannot be restored; absent for no remark. */
  readonly onReset?: (() => void) | null
}

const CONTROL = 'input, select, textarea, button, [contenteditable="true"]'

/** Field of the policy with its problems; it says whether the default applies, or resets to it. */
export function PolicyField({ nodeId, path, help, onReset, withParts = false, ...rest }: PolicyFieldProps) {
  const t = useTranslate()
  const row = useRef<HTMLDivElement>(null)
  const isResetting = useRef(false)
  const canReset = typeof onReset === 'function'
  // The button goes with the value that it resets, so the focus moves to the field.
  useEffect(() => {
    if (canReset || !isResetting.current) return
    isResetting.current = false
    row.current?.querySelector<HTMLElement>(CONTROL)?.focus()
  }, [canReset])
  const [first, ...more] = useFieldProblems(nodeId, ['policy', ...path], { withParts })
  const fault = first === undefined ? undefined : <FieldFault problem={first} more={more.length} />
  const isError = first?.severity === 'error'
  const hint =
    onReset === undefined ? undefined : onReset === null ? (
      t('policy.default')
    ) : (
      <button
        type="button"
        className="tn-link"
        aria-label={t('policy.resetField', { field: rest.label })}
        onClick={() => {
          isResetting.current = true
          onReset()
        }}
      >
        {t('policy.reset')}
      </button>
    )
  return (
    <div ref={row} data-param={['policy', ...path].join('.')}>
      <Field
        {...rest}
        hint={hint}
        help={fault !== undefined && !isError ? fault : help}
        error={isError ? fault : undefined}
      />
    </div>
  )
}

/** Names a typed field of the policy, so that a refused text is restored. */
export function policyField(nodeId: NodeId, path: readonly string[], label: string): TypedTextField {
  return { key: `${nodeId}/policy/${path.join('/')}`, nodeId, path: ['policy', ...path], label }
}
