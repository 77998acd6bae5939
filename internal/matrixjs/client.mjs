// A Matrix client on matrix-js-sdk, the library and the crypto of Element, driven by lines of JSON.
//
// A line on standard input is {"id", "do", ...}; the answer on standard output is {"id", "result"} or {"id", "error"}.
// What happens by itself is a line {"event", ...}. The library is taken from the folder in the first argument.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const out = (line) => process.stdout.write(JSON.stringify(line) + "\n");
for (const level of ["log", "info", "debug", "trace", "warn", "error"]) {
  console[level] = (...words) => {
    if (process.env.MATRIX_JS_LOG) process.stderr.write(words.map(String).join(" ") + "\n");
  };
}
Promise.withResolvers ??= function () { // older than Node 22
  let resolve, reject;
  const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
};

const require = createRequire(process.argv[2] + "/");
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const sdk = await load("matrix-js-sdk");
const api = await load("matrix-js-sdk/lib/crypto-api/index.js");

let client, crypto, recoveryKey;
const seen = new Set();
const requests = new Map(); // verification requests by transaction
const verifiers = new Map();

const watched = new Set();
function watchRequest(request) {
  requests.set(request.transactionId, request);
  if (watched.has(request)) return;
  watched.add(request);
  const tell = () => {
    requests.set(request.transactionId, request);
    out({ event: "verification", transaction: request.transactionId, phase: api.VerificationPhase[request.phase],
      user: request.otherUserId, device: request.otherDeviceId, mine: request.initiatedByMe,
      inRoom: request.roomId, cancelled: request.cancellationCode ?? undefined });
    if (request.verifier) watchVerifier(request.transactionId, request.verifier);
  };
  request.on(api.VerificationRequestEvent.Change, tell);
  tell();
}

function watchVerifier(transaction, verifier) {
  if (verifiers.has(transaction)) return;
  verifiers.set(transaction, { verifier });
  const show = (sas) => {
    verifiers.get(transaction).sas = sas;
    out({ event: "sas", transaction, emoji: sas.sas.emoji?.map((e) => e[0]), decimal: sas.sas.decimal });
  };
  verifier.on(api.VerifierEvent.ShowSas, show);
  verifier.on(api.VerifierEvent.Cancel, (e) => out({ event: "cancel", transaction, reason: String(e) }));
  verifier.verify().then(
    () => out({ event: "verified", transaction }),
    (e) => out({ event: "failed", transaction, reason: String(e) }),
  );
  const sas = verifier.getShowSasCallbacks();
  if (sas) show(sas);
}

async function tellMessage(ev) {
  const key = ev.getId() + "/" + ev.isDecryptionFailure() + "/" + ev.getType();
  if (ev.isBeingDecrypted() || ev.getType() === "m.room.encrypted" && !ev.isDecryptionFailure() || seen.has(key)) return;
  seen.add(key);
  const info = ev.isEncrypted() ? await crypto.getEncryptionInfoForEvent(ev) : null;
  out({ event: "timeline", room: ev.getRoomId(), id: ev.getId(), time: ev.getTs(), sender: ev.getSender(), type: ev.getType(),
    stateKey: ev.getStateKey(), body: ev.getOriginalContent().body, content: ev.getOriginalContent(), wire: ev.getWireContent(), redacts: ev.getAssociatedId?.(),
    encrypted: ev.isEncrypted(), failed: ev.isDecryptionFailure() ? String(ev.decryptionFailureReason) : undefined,
    shield: info ? api.EventShieldColour[info.shieldColour] : undefined,
    shieldReason: info?.shieldReason != null ? api.EventShieldReason[info.shieldReason] : undefined });
}

// auth answers a homeserver that wants to see the password once more.
const auth = (password) => async (make) => {
  try {
    return await make(null);
  } catch (e) {
    if (!e.data?.flows) throw e;
    return make({ type: "m.login.password", session: e.data.session, password,
      identifier: { type: "m.id.user", user: client.getUserId() } });
  }
};

// Files are encrypted as the specification says: AES in counter mode, and a hash.
const web = globalThis.crypto.subtle;
const plainBase64 = (bytes) => Buffer.from(bytes).toString("base64").replace(/=+$/, "");

async function encryptFile(data) {
  const key = await web.generateKey({ name: "AES-CTR", length: 256 }, true, ["encrypt", "decrypt"]);
  const iv = new Uint8Array(16);
  globalThis.crypto.getRandomValues(iv.subarray(0, 8));
  const sealed = new Uint8Array(await web.encrypt({ name: "AES-CTR", counter: iv, length: 64 }, key, data));
  return { sealed, file: { v: "v2", key: await web.exportKey("jwk", key), iv: plainBase64(iv),
    hashes: { sha256: plainBase64(await web.digest("SHA-256", sealed)) } } };
}

async function decryptFile(sealed, file) {
  if (plainBase64(await web.digest("SHA-256", sealed)) !== file.hashes.sha256) throw new Error("the hash is another");
  const key = await web.importKey("jwk", file.key, { name: "AES-CTR" }, false, ["decrypt"]);
  return web.decrypt({ name: "AES-CTR", counter: Buffer.from(file.iv, "base64"), length: 64 }, key, sealed);
}

const commands = {
  async login({ homeserver, user, password }) {
    const first = sdk.createClient({ baseUrl: homeserver });
    const answer = await first.loginRequest({ type: "m.login.password", password,
      identifier: { type: "m.id.user", user } });
    client = sdk.createClient({ baseUrl: homeserver, userId: answer.user_id, deviceId: answer.device_id,
      accessToken: answer.access_token, timelineSupport: true,
      cryptoCallbacks: {
        getSecretStorageKey: async ({ keys }) => recoveryKey && [Object.keys(keys)[0], recoveryKey],
        cacheSecretStorageKey: (_, __, key) => { recoveryKey = key; },
      },
    });
    await client.initRustCrypto({ useIndexedDB: false });
    crypto = client.getCrypto();
    client.on(sdk.RoomEvent.Timeline, (ev, _, old) => { if (!old) tellMessage(ev); });
    client.on(sdk.MatrixEventEvent.Decrypted, tellMessage);
    client.on(api.CryptoEvent.VerificationRequestReceived, watchRequest);
    client.on(sdk.ClientEvent.ToDeviceEvent, (ev) => {
      out({ event: "toDevice", type: ev.getType(), sender: ev.getSender(), transaction: ev.getContent().transaction_id });
    });
    client.on(sdk.RoomMemberEvent.Membership, (_, member) => {
      if (member.userId === client.getUserId() && member.membership === "invite") out({ event: "invite", room: member.roomId });
    });
    const ready = new Promise((resolve) => client.on(sdk.ClientEvent.Sync, (state) => state === "PREPARED" && resolve()));
    await client.startClient({ initialSyncLimit: 20 });
    await ready;
    return { user: answer.user_id, device: answer.device_id };
  },
  async createRoom({ encrypted, invite, version }) {
    const { room_id } = await client.createRoom({ invite, preset: "private_chat", room_version: version,
      initial_state: encrypted ? [{ type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } }] : [] });
    return room_id;
  },
  invite: ({ room, user }) => client.invite(room, user),
  kick: ({ room, user }) => client.kick(room, user),
  async join({ room }) { return (await client.joinRoom(room)).roomId; },
  async send({ room, type, content }) { return (await client.sendEvent(room, type ?? "m.room.message", content)).event_id; },
  async redact({ room, event }) { return (await client.redactEvent(room, event)).event_id; },
  async sendPlain({ room, content }) { // as a homeserver can do in anybody's name
    const path = `/rooms/${encodeURIComponent(room)}/send/m.room.message/${client.makeTxnId()}`;
    return (await client.http.authedRequest("PUT", path, undefined, content)).event_id;
  },
  async sendFile({ room, name, data }) {
    const plain = Buffer.from(data, "base64");
    const { sealed, file } = await encryptFile(plain);
    const { content_uri: url } = await client.uploadContent(new Blob([sealed]), { type: "application/octet-stream" });
    return (await client.sendEvent(room, "m.room.message",
      { msgtype: "m.file", body: name, info: { size: plain.length }, file: { ...file, url } })).event_id;
  },
  async readFile({ file }) {
    const answer = await fetch(client.mxcUrlToHttp(file.url, undefined, undefined, undefined, false, true, true),
      { headers: { Authorization: "Bearer " + client.getAccessToken() } });
    if (!answer.ok) throw new Error("HTTP " + answer.status);
    return Buffer.from(await decryptFile(new Uint8Array(await answer.arrayBuffer()), file)).toString("base64");
  },
  async upgrade({ room, version }) { return (await client.upgradeRoom(room, version)).replacement_room; },
  async keys({ room }) { // the ids of the sessions that can be read
    return (await crypto.exportRoomKeys()).filter((key) => key.room_id === room).map((key) => key.session_id);
  },
  members: ({ room }) => client.getRoom(room)?.getJoinedMembers().map((m) => m.userId) ?? [],
  async bootstrap({ password, backup }) {
    await crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: auth(password) });
    const key = await crypto.createRecoveryKeyFromPassphrase();
    await crypto.bootstrapSecretStorage({ createSecretStorageKey: async () => key, setupNewKeyBackup: backup ?? false });
    return key.encodedPrivateKey;
  },
  deleteDevice: ({ device, password }) => auth(password)((proof) => client.deleteDevice(device, proof ?? undefined)),
  async replaceIdentity({ password }) { // what a person does who has lost everything
    await crypto.bootstrapCrossSigning({ setupNewCrossSigning: true, authUploadDeviceSigningKeys: auth(password) });
  },
  async backedUp() { // how many sessions there are in the key backup
    return (await client.http.authedRequest("GET", "/room_keys/version")).count;
  },
  async recover({ key }) { // what a person does with the recovery key on a new device
    recoveryKey = api.decodeRecoveryKey(key);
    await crypto.userHasCrossSigningKeys(client.getUserId(), true);
    await crypto.bootstrapCrossSigning({});
    return crypto.getCrossSigningStatus();
  },
  async restore() {
    await crypto.loadSessionBackupPrivateKeyFromSecretStorage();
    const check = await crypto.checkKeyBackupAndEnable();
    const { imported, total } = await crypto.restoreKeyBackup();
    return { imported, total, trusted: check?.trustInfo?.trusted, matches: check?.trustInfo?.matchesDecryptionKey };
  },
  async status({ user, device }) {
    await crypto.getUserDeviceInfo([user], true);
    const ofUser = await crypto.getUserVerificationStatus(user);
    const ofDevice = device ? await crypto.getDeviceVerificationStatus(user, device) : null;
    return { verified: ofUser.isVerified(), crossSigningVerified: ofUser.isCrossSigningVerified(),
      needsApproval: ofUser.needsUserApproval, hasKeys: await crypto.userHasCrossSigningKeys(user, true),
      deviceSigned: ofDevice?.signedByOwner, deviceVerified: ofDevice?.crossSigningVerified };
  },
  async requestToDevice({ user, device }) {
    await crypto.getUserDeviceInfo([user], true);
    const request = await crypto.requestDeviceVerification(user, device);
    watchRequest(request);
    return request.transactionId;
  },
  async requestOwn() { // of the other devices of the same account, as Element does when somebody has logged in
    const request = await crypto.requestOwnUserVerification();
    watchRequest(request);
    return request.transactionId;
  },
  crossSigning: () => crypto.getCrossSigningStatus(),
  async requestInRoom({ user, room }) {
    await crypto.getUserDeviceInfo([user], true);
    const request = await crypto.requestVerificationDM(user, room);
    watchRequest(request);
    return request.transactionId;
  },
  accept: ({ transaction }) => requests.get(transaction).accept(),
  async startSas({ transaction }) {
    const verifier = await requests.get(transaction).startVerification("m.sas.v1");
    watchVerifier(transaction, verifier);
  },
  confirm: ({ transaction }) => verifiers.get(transaction).sas.confirm(),
  mismatch: ({ transaction }) => verifiers.get(transaction).sas.mismatch(),
  cancel: ({ transaction }) => requests.get(transaction).cancel(),
  onlyVerified: ({ on }) => { crypto.globalBlacklistUnverifiedDevices = on; },
  onlySigned: ({ on }) => crypto.setDeviceIsolationMode(on ? new api.OnlySignedDevicesIsolationMode() : new api.AllDevicesIsolationMode(false)),
  stop: async () => { client?.stopClient(); setTimeout(() => process.exit(0), 50); },
};

out({ event: "ready" });
createInterface({ input: process.stdin }).on("line", async (line) => {
  const request = JSON.parse(line);
  try {
    out({ id: request.id, result: (await commands[request.do](request)) ?? null });
  } catch (e) {
    out({ id: request.id, error: String(e?.stack ?? e) });
  }
}).on("close", () => process.exit(0));
