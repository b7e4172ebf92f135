import { useTranslate } from '../instance/instance-context.ts'
import { useTypedText } from '../session/use-typed-text.ts'
import { Field } from '../ui/field.tsx'
import { TextInput } from '../ui/text-input.tsx'
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
  const typed = useTypedText({
    field: { key: `${setting}/key`, nodeId: null, path: [setting, 'key'], label },
    value,
    onCommit: (text) => onChange(text.trim()),
  })
  const [problem, ...more] = useFieldProblems(null, ['settings', setting, 'key'])
  return (
    <div data-param={`${setting}.key`}>
      <Field
        label={label}
        help={help}
        error={problem === undefined ? undefined : <FieldFault problem={problem} more={more.length} />}
      >
        <TextInput
          value={typed.text}
          maxLength={20_000}
          spellCheck={false}
          placeholder={t('control.example', { value: KEY_EXAMPLE })}
          onChange={typed.onChange}
          onBlur={typed.onBlur}
        />
      </Field>
    </div>
  )
}
