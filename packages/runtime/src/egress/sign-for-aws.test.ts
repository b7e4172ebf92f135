import { createHash } from 'node:crypto'
import { sign } from 'aws4'
import { expect, test } from 'vitest'
import { startLocalServer } from '../../test/local-server.ts'
import { AWS_KEY, AWS_REGION } from '../../test/textract-simulator.ts'
import { createEgress } from './egress.ts'
import { signForAws } from './sign-for-aws.ts'

const key = { ...AWS_KEY, region: AWS_REGION }

test.each([
  ['POST', 'https://textract.us-east-1.amazonaws.com/', '{"a":"é"}', 'textract'],
  ['GET', 'https://sts.us-east-1.amazonaws.com/?Version=2011-06-15&Action=GetCallerIdentity', undefined, 'sts'],
  ['PUT', 'https://s3.us-east-1.amazonaws.com/scans/a%20b/%C3%A9(1).pdf', 'x', 's3'],
  ['POST', 'http://localhost:4566/', '{}', 'textract'],
  ['POST', 'https://email.us-east-1.amazonaws.com/', 'x', 'ses'],
  ['POST', 'https://bedrock-runtime.us-east-1.amazonaws.com/model', 'x', 'bedrock'],
  ['GET', 'https://us-east-1.s3.us-east-1.amazonaws.com/', undefined, 's3'],
  ['GET', 'https://textract-fips.us-east-1.amazonaws.com/', undefined, 'textract'],
])('%s %s is signed as another library signs it', async (method, address, body, service) => {
  const url = new URL(address)
  const headers = new Map([['x-amz-target', 'Textract.Detect']])
  const sent = await signForAws({ url, method, body, headers }, key)
  expect(sent.url.href).toBe(address)
  expect(sent.headers.get('x-amz-content-sha256')).toBe(
    createHash('sha256')
      .update(body ?? '')
      .digest('hex'),
  )
  const { authorization, ...rest } = Object.fromEntries(sent.headers)
  const request = { service, region: AWS_REGION, method, host: url.host, path: url.pathname + url.search }
  expect(sign({ ...request, headers: { ...rest, host: url.host } }, AWS_KEY).headers?.['Authorization']).toBe(
    authorization,
  )
})

test('a host without the region of the key gets no signature', async () => {
  const url = new URL('https://iam.amazonaws.com/')
  await expect(signForAws({ url, method: 'GET', body: undefined, headers: new Map() }, key)).rejects.toMatchObject({
    code: 'CONNECTION_HOST_REFUSED',
  })
})

test('the client signs requests to the hosts of the connection, also by fetch, and no redirect to another origin', async () => {
  await using other = await startLocalServer((_request, response) => void response.end(AWS_KEY.secretAccessKey))
  await using server = await startLocalServer(({ url }, response) => {
    if (url === '/away') response.writeHead(307, { location: other.origin })
    response.end(`my key is ${AWS_KEY.secretAccessKey}`)
  })
  const allow = [`*.${AWS_REGION}.amazonaws.com:${server.port}`, `127.0.0.1:${other.port}`]
  const egress = createEgress({ allow, dns: async () => ['127.0.0.1'] })
  const origin = `http://textract.${AWS_REGION}.amazonaws.com:${server.port}`
  const httpCredentials = { headers: {}, query: {}, allowedHosts: [origin], aws: key }
  const body = await (await egress.fetch(`${origin}/here`, { method: 'POST', body: 'a', httpCredentials })).text()
  expect(body).toBe('my key is ••••••••')
  const away = await egress.request(`${origin}/away`, { httpCredentials })
  expect(await away.text()).not.toContain('canary')
  expect(
    server.requests.map(({ headers }) => /^AWS4-HMAC-SHA256 Credential=AKIA/.test(headers.authorization ?? '')),
  ).toEqual([true, true])
  expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
  await expect(egress.request(other.origin, { httpCredentials })).rejects.toMatchObject({
    code: 'CONNECTION_HOST_REFUSED',
  })
  await egress.close()
})
