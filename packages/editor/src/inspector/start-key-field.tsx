import { ExpressionField } from '../expression-field/expression-field.tsx'
import { useTranslate } from '../instance/instance-context.ts'
import { Field } from '../ui/field.tsx'
import { FieldFault } from './controls/field-fault.tsx'
import { useFieldProblems } from './controls/use-field-problems.ts'

const KEY_EXAMPLE = '{{ input.customerId }}'

interface StartKeyFieldProps {
  /** Setting of the workflow that has the key. */
  readonly setting: 'concurrency' | 'rate' | 'dedupe' | 'debounce' | 'batching'
  readonly label: string
  readonly help: string
  readonly value: string
  readonly onChange: (key: string) => void
}

/** Field for the key of a setting that decides when runs start: a template over the input. */
export function StartKeyField({ setting, label, help, value, onChange }: StartKeyFieldProps) {
  const t = useTranslate()
  const [problem, ...more] = useFieldProblems(null, ['settings', setting, 'key'])
  return (
    <div data-param={`${setting}.key`}>
      <Field
        label={label}
        help={help}
        error={problem === undefined ? undefined : <FieldFault problem={problem} more={more.length} />}
      >
        <ExpressionField
          nodeId={null}
          path={['settings', setting, 'key']}
          value={value}
          placeholder={t('control.example', { value: KEY_EXAMPLE })}
          label={label}
          onChange={(text) => onChange(text.trim() === '' ? '' : text)}
        />
      </Field>
    </div>
  )
}
