import { describe, expect, test } from 'vitest'
import { encodeForS3, signRequest } from './sign-request.ts'

/** Examples of the documentation of AWS, with its credentials. */
const EXAMPLES = [
  ['?lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
  ['?max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
] as const

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}

describe('signRequest', () => {
  test.each(EXAMPLES)('signs %s as the documentation of S3 does', (query, signature) => {
    const url = new URL(`https://examplebucket.s3.amazonaws.com/${query}`)
    const at = Date.UTC(2013, 4, 24)
    const headers = signRequest({ method: 'GET', url, region: 'us-east-1', credentials, body: '', at })
    expect(headers).toEqual({
      'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'x-amz-date': '20130524T000000Z',
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${signature}`,
    })
  })

  test('signs the token of temporary credentials', () => {
    const url = new URL('https://s3.example/bucket/a')
    const given = { ...credentials, sessionToken: 'token' }
    const headers = signRequest({ method: 'PUT', url, region: 'eu-1', credentials: given, body: '1', at: 0 })
    expect(headers['x-amz-security-token']).toBe('token')
    expect(headers.authorization).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, ')
  })
})

test('encodeForS3 leaves only unreserved characters', () => {
  expect(encodeForS3("a-b_c.d~e!'()*:/+ ü")).toBe('a-b_c.d~e%21%27%28%29%2A%3A%2F%2B%20%C3%BC')
})
