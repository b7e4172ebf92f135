import type { DataColumn, DataCondition, DataOperator } from '@tenon/core/node'
import { useInstance } from '../instance/instance-context.ts'
import { Button } from '../ui/button.tsx'
import { Select } from '../ui/select.tsx'
import { TextInput } from '../ui/text-input.tsx'
import { cellValue } from './cell-text.ts'

/** Filter of the rows by one column. */
export interface RowFilter {
  /** Column to compare; `null` for all rows. */
  readonly column: DataColumn | null
  readonly operator: DataOperator
  readonly text: string
}

export const NO_FILTER: RowFilter = Object.freeze({ column: null, operator: '==', text: '' })

const NAMES: Readonly<Partial<Record<DataOperator, string>>> = {
  ...{ '==': 'is', '!=': 'not', contains: 'contains', '>=': 'atLeast', '<=': 'atMost', exists: 'exists' },
}

/** Returns the condition of a filter; `null` while it has no column or no value. */
export function toCondition({ column, operator, text }: RowFilter): DataCondition | null {
  if (column === null) return null
  if (operator === 'exists') return { column: column.name, operator }
  return text.trim() === '' ? null : { column: column.name, operator, value: cellValue(text, column.type) }
}

function operatorsOf({ type }: DataColumn): readonly DataOperator[] {
  if (type === 'boolean') return ['==', '!=', 'exists']
  if (type === 'json') return ['contains', '==', '!=', 'exists']
  return type === 'text' ? ['contains', '==', '!=', '>=', '<=', 'exists'] : ['==', '!=', '>=', '<=', 'exists']
}

interface RowFilterBarProps {
  readonly columns: readonly DataColumn[]
  readonly filter: RowFilter
  readonly onChange: (filter: RowFilter) => void
}

/** Fields above the rows that choose which of them are shown. */
export function RowFilterBar({ columns, filter, onChange }: RowFilterBarProps) {
  const { t } = useInstance()
  const { column, operator, text } = filter
  const choose = (name: string) => {
    const next = columns.find((each) => each.name === name) ?? null
    onChange(next === null ? NO_FILTER : { column: next, operator: operatorsOf(next)[0] ?? '==', text: '' })
  }
  return (
    <div className="tn-data-filter">
      <Select
        aria-label={t('tables.filter.column')}
        value={column?.name ?? ''}
        onChange={choose}
        options={[
          { value: '', label: t('tables.noColumn') },
          ...columns.map(({ name }) => ({ value: name, label: name })),
        ]}
      />
      {column !== null && (
        <>
          <Select<DataOperator>
            aria-label={t('tables.filter.operator')}
            value={operator}
            onChange={(next) => onChange({ ...filter, operator: next })}
            options={operatorsOf(column).map((each) => ({
              value: each,
              label: t('tables.filter.choice', { operator: NAMES[each] ?? each }),
            }))}
          />
          {operator !== 'exists' && (
            <TextInput
              aria-label={t('tables.filter.value')}
              value={text}
              onChange={(next) => onChange({ ...filter, text: next })}
            />
          )}
          <Button size="s" variant="ghost" onClick={() => onChange(NO_FILTER)}>
            {t('tables.filter.clear')}
          </Button>
        </>
      )}
    </div>
  )
}
