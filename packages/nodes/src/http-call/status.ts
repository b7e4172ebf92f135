/** Checks whether a status is among the expected ones: codes or classes separated by commas, such as `2xx, 404`. */
export function isExpected(status: number, expected: string): boolean {
  return expected.split(',').some((part) => {
    const wanted = part.trim()
    return wanted.endsWith('xx') ? Math.floor(status / 100) === Number(wanted[0]) : status === Number(wanted)
  })
}
