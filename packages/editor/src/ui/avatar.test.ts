import { expect, test } from 'vitest'
import { AVATAR_COLORS, avatarColor, initials } from './avatar.tsx'

test.each([
  ['Ada Obi', 'AO'],
  ['Ada', 'A'],
  ['  Jean  Luc  Picard ', 'JP'],
  ['', ''],
  ['émile zola', 'ÉZ'],
  ['李 小龍', '李小'],
])('initials of %j are %j', (name, letters) => {
  expect(initials(name)).toBe(letters)
})

test('a person has one color, and people have different ones', () => {
  const ids = Array.from({ length: 200 }, (_, index) => `user-${index}`)
  expect(ids.map(avatarColor)).toEqual(ids.map(avatarColor))
  expect(new Set(ids.map(avatarColor)).size).toBe(AVATAR_COLORS.length)
})
