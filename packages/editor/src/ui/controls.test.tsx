// @vitest-environment jsdom
import { fireEvent, screen } from '@testing-library/react'
import { type ReactElement, useState } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { renderPart } from '../../test/fixtures/render.tsx'
import { Button } from './button.tsx'
import { Field } from './field.tsx'
import { IconButton } from './icon-button.tsx'
import { NumberInput, type NumberInputProps, parseNumber } from './number-input.tsx'
import { SearchInput } from './search-input.tsx'
import { SegmentedControl } from './segmented-control.tsx'
import { Select } from './select.tsx'
import { Switch } from './switch.tsx'
import { TextArea, TextInput } from './text-input.tsx'

describe('Button', () => {
  test('refuses clicks while it is busy and stays where it is', async () => {
    const onClick = vi.fn()
    const { user } = renderPart(
      <Button busy onClick={onClick}>
        Publish
      </Button>,
    )
    const button = screen.getByRole('button', { name: 'Publish' })
    button.focus()
    await user.click(button)
    expect(onClick).not.toHaveBeenCalled()
    expect(button.getAttribute('aria-busy')).toBe('true')
    expect(document.activeElement).toBe(button)
  })

  test('does not send a form unless it says so', async () => {
    const onSubmit = vi.fn((event: { preventDefault: () => void }) => event.preventDefault())
    const { user } = renderPart(
      <form onSubmit={onSubmit}>
        <Button>Plain</Button>
        <Button type="submit">Send</Button>
      </form>,
    )
    await user.click(screen.getByRole('button', { name: 'Plain' }))
    expect(onSubmit).not.toHaveBeenCalled()
    await user.click(screen.getByRole('button', { name: 'Send' }))
    expect(onSubmit).toHaveBeenCalledTimes(1)
  })
})

test('an icon button is named by its label and shows it on focus', async () => {
  const { user } = renderPart(<IconButton icon="copy" label="Copy output" shortcut="C" />)
  await user.tab()
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Copy output' }))
  expect((await screen.findByRole('tooltip')).textContent).toContain('Copy output')
})

describe('Field', () => {
  test('ties label, help and control together', () => {
    renderPart(
      <Field label="Name" help="As others see it" required>
        <TextInput value="" onChange={() => {}} />
      </Field>,
    )
    const input = screen.getByRole('textbox', { name: 'Name', description: 'As others see it' })
    expect(input.getAttribute('aria-required')).toBe('true')
    expect(input.getAttribute('aria-invalid')).toBeNull()
  })

  test('puts the error in place of the help', () => {
    renderPart(
      <Field label="Name" help="As others see it" error="Enter a value.">
        <TextInput value="" onChange={() => {}} />
      </Field>,
    )
    expect(
      screen.getByRole('textbox', { name: 'Name', description: 'Enter a value.' }).getAttribute('aria-invalid'),
    ).toBe('true')
    expect(screen.queryByText('As others see it')).toBeNull()
  })
})

describe('NumberInput', () => {
  function Numbers(props: Partial<NumberInputProps> & { readonly onValue: (value: number | null) => void }) {
    const { onValue, ...rest } = props
    const [value, setValue] = useState<number | null>(1)
    return (
      <NumberInput
        aria-label="Amount"
        {...rest}
        value={value}
        onChange={(next) => {
          setValue(next)
          onValue(next)
        }}
      />
    )
  }

  test('keeps the typed text and reports only numbers', async () => {
    const onValue = vi.fn()
    const { user } = renderPart(<Numbers onValue={onValue} />)
    const input = screen.getByRole('spinbutton', { name: 'Amount' })
    await user.clear(input)
    await user.type(input, '-')
    // Half a number is no fault while it is typed.
    expect(input).toHaveProperty('value', '-')
    expect(input.getAttribute('aria-invalid')).toBeNull()
    fireEvent.blur(input)
    expect(input.getAttribute('aria-invalid')).toBe('true')
    await user.type(input, '2.50')
    expect(onValue.mock.calls.flat()).toEqual([null, -2, -2, -2.5, -2.5])
    await user.tab()
    expect(input).toHaveProperty('value', '-2.5')
  })

  test.each([
    ['12abc', false, 'Enter a number, for example 12.5.'],
    ['7615917337495251231', true, 'This number has too many digits to be exact.'],
    ['1.5', true, 'Enter a whole number.'],
  ])('keeps %j after leaving and says why it is not taken', async (text, integer, why) => {
    const onValue = vi.fn()
    const onUnreadable = vi.fn()
    const { user } = renderPart(<Numbers onValue={onValue} onUnreadable={onUnreadable} integer={integer} />)
    const input = screen.getByRole('spinbutton', { name: 'Amount' })
    await user.clear(input)
    await user.type(input, text)
    await user.tab()
    expect(input).toHaveProperty('value', text)
    expect(screen.getByRole('alert').textContent).toBe(why)
    expect(onUnreadable).toHaveBeenLastCalledWith(text)
    await user.clear(input)
    await user.type(input, '4')
    expect(onUnreadable).toHaveBeenLastCalledWith(null)
    expect(onValue).toHaveBeenLastCalledWith(4)
    expect(screen.queryByRole('alert')).toBeNull()
  })

  test.each([
    ['-5', { min: 0 }, 'Enter a number of at least 0.'],
    ['1e9', { max: 100 }, 'Enter a number of at most 100.'],
    ['1e9', { min: 1, max: 1_000 }, 'Enter a number from 1 to 1,000.'],
    ['0', { above: 0 }, 'Enter a number above 0.'],
    ['0.75', { below: 0.5 }, 'Enter a number below 0.5.'],
    ['', { isRequired: true }, 'Enter a number, for example 12.5.'],
    ['13', { check: (value: number) => (value === 13 ? 'Not 13.' : null) }, 'Not 13.'],
  ])('keeps %j with the limits %j, writes nothing, and Escape restores the value', async (text, limits, why) => {
    const onValue = vi.fn()
    const onUnreadable = vi.fn()
    const onPanelKey = vi.fn()
    const { user } = renderPart(
      // biome-ignore lint/a11y/noStaticElementInteractions: a panel that Escape closes
      <div onKeyDown={(event) => onPanelKey(event.key)}>
        <Numbers onValue={onValue} onUnreadable={onUnreadable} {...limits} />
      </div>,
    )
    const input = screen.getByRole('spinbutton', { name: 'Amount' })
    fireEvent.change(input, { target: { value: text } })
    fireEvent.blur(input)
    expect(input).toHaveProperty('value', text)
    expect(input.getAttribute('aria-invalid')).toBe('true')
    expect(screen.getByRole('alert').textContent).toBe(why)
    expect(onUnreadable).toHaveBeenLastCalledWith(text)
    await user.click(input)
    onPanelKey.mockClear()
    await user.keyboard('{Escape}')
    expect(onPanelKey).not.toHaveBeenCalled()
    expect(input).toHaveProperty('value', '1')
    expect(screen.queryByRole('alert')).toBeNull()
    expect(onUnreadable).toHaveBeenLastCalledWith(null)
    expect(onValue).not.toHaveBeenCalled()
    await user.keyboard('{Escape}')
    expect(onPanelKey.mock.calls).toEqual([['Escape']])
  })

  test('counts by arrow keys within its limits, without the noise of fractions', async () => {
    const onValue = vi.fn()
    const { user } = renderPart(<Numbers onValue={onValue} step={0.1} max={1.2} />)
    screen.getByRole('spinbutton', { name: 'Amount' }).focus()
    await user.keyboard('{ArrowUp}{ArrowUp}{ArrowUp}{ArrowDown}')
    expect(onValue.mock.calls.flat()).toEqual([1.1, 1.2, 1.2, 1.1])
  })

  test.each([
    ['{ArrowDown}', { above: 0 }, []],
    ['{ArrowUp}', { below: 2 }, []],
    ['{ArrowUp}', { integer: true, step: 0.5 }, []],
    ['{ArrowUp}', { check: (value: number) => (value === 2 ? 'Not 2.' : null) }, []],
    ['{ArrowDown}', { above: -1 }, [0]],
    ['{ArrowDown}', { min: 5 }, [5]],
  ])('%s with the limits %j stores only a valid number', async (key, limits, stored) => {
    const onValue = vi.fn()
    const { user } = renderPart(<Numbers onValue={onValue} {...limits} />)
    const input = screen.getByRole('spinbutton', { name: 'Amount' })
    input.focus()
    await user.keyboard(key)
    expect(onValue.mock.calls.flat()).toEqual(stored)
    expect(input).toHaveProperty('value', String(stored[0] ?? 1))
  })

  test.each([
    ['', null],
    ['  ', null],
    ['1e3', 1_000],
    ['.5', 0.5],
    ['1e999', undefined],
    ['0x10', undefined],
    ['Infinity', undefined],
    ['1,5', undefined],
    ['9007199254740991', 9_007_199_254_740_991],
    ['7615917337495251231', undefined],
    ['-9007199254740993', undefined],
    ['1e20', 1e20],
  ])('parseNumber takes %j as %j', (text, value) => {
    expect(parseNumber(text)).toBe(value)
  })
})

describe('Select', () => {
  const options = [
    { value: 'a', label: 'Alpha' },
    { value: 'b', label: 'Beta' },
  ]

  test('asks to choose while nothing is chosen', () => {
    renderPart(<Select aria-label="Letter" value={null} onChange={() => {}} options={options} />)
    expect(screen.getByRole('combobox', { name: 'Letter' })).toHaveProperty('value', '')
    expect(screen.getByRole('option', { name: 'Choose' })).toHaveProperty('disabled', true)
  })

  test('keeps a value that is no longer offered in sight', async () => {
    const onChange = vi.fn()
    const { user } = renderPart(<Select aria-label="Letter" value="gone" onChange={onChange} options={options} />)
    expect(screen.getByRole('combobox', { name: 'Letter' })).toHaveProperty('value', 'gone')
    await user.selectOptions(screen.getByRole('combobox'), 'Beta')
    expect(onChange).toHaveBeenCalledWith('b')
  })
})

test('a switch is turned by click and by keyboard', async () => {
  const onChange = vi.fn()
  const { user } = renderPart(<Switch checked={false} onChange={onChange} label="Follow" />)
  await user.click(screen.getByRole('switch', { name: 'Follow' }))
  await user.keyboard(' ')
  expect(onChange.mock.calls).toEqual([[true], [true]])
})

test('a segmented control is a group of radios', async () => {
  const onChange = vi.fn()
  const options = [
    { value: 'form', label: 'Form' },
    { value: 'json', label: 'JSON' },
  ] as const
  const { user } = renderPart(<SegmentedControl label="Mode" value="form" onChange={onChange} options={options} />)
  expect(screen.getByRole('radio', { name: 'Form' })).toHaveProperty('checked', true)
  await user.click(screen.getByRole('radio', { name: 'JSON' }))
  expect(onChange).toHaveBeenCalledWith('json')
})

test('a search is emptied by Escape first, which then does what it does elsewhere', async () => {
  const onClose = vi.fn()
  function Search() {
    const [value, setValue] = useState('abc')
    return (
      // biome-ignore lint/a11y/noStaticElementInteractions: represents a panel that Escape closes
      <div onKeyDown={(event) => event.key === 'Escape' && onClose()}>
        <SearchInput label="Search nodes" value={value} onChange={setValue} />
      </div>
    )
  }
  const { user } = renderPart(<Search />)
  const search = screen.getByRole('searchbox', { name: 'Search nodes' })
  search.focus()
  await user.keyboard('{Escape}')
  expect(search).toHaveProperty('value', '')
  expect(onClose).not.toHaveBeenCalled()
  await user.keyboard('{Escape}')
  expect(onClose).toHaveBeenCalledTimes(1)
})

test.each<[string, (onKeyDown: () => void) => ReactElement]>([
  ['a line', (onKeyDown) => <TextInput aria-label="Field" value="" onChange={() => {}} onKeyDown={onKeyDown} />],
  ['a text', (onKeyDown) => <TextArea aria-label="Field" value="" onChange={() => {}} onKeyDown={onKeyDown} />],
  ['a number', (onKeyDown) => <NumberInput aria-label="Field" value={1} onChange={() => {}} onKeyDown={onKeyDown} />],
  ['a search', (onKeyDown) => <SearchInput label="Field" value="" onChange={() => {}} onKeyDown={onKeyDown} />],
])('keys of an input method in %s reach neither its handler nor the panel around it', (_, field) => {
  const onKeyDown = vi.fn()
  const onPanelKey = vi.fn()
  renderPart(
    // biome-ignore lint/a11y/noStaticElementInteractions: represents a panel that Escape closes
    <div onKeyDown={onPanelKey}>{field(onKeyDown)}</div>,
  )
  for (const key of ['Enter', 'Escape']) fireEvent.keyDown(screen.getByLabelText('Field'), { key, isComposing: true })
  expect([onKeyDown.mock.calls.length, onPanelKey.mock.calls.length]).toEqual([0, 0])
  fireEvent.keyDown(screen.getByLabelText('Field'), { key: 'Enter' })
  expect([onKeyDown.mock.calls.length, onPanelKey.mock.calls.length]).toEqual([1, 1])
})
