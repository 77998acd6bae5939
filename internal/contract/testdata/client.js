// Plays a bot with zulip-js: node client.js ZULIPRC FILE. The library is found through NODE_PATH.
const fs = require('fs');
const path = require('path');
const zulip = require('zulip-js');

function must(answer) {
  if (answer.result !== 'success') {
    throw new Error(`refused: ${JSON.stringify(answer)}`);
  }
  return answer;
}

async function main() {
  const client = await zulip({ zuliprc: process.argv[2] });
  const me = must(await client.users.me.getProfile()).user_id;
  const file = fs.createReadStream(process.argv[3]);
  const { url } = must(await client.callEndpoint('/user_uploads', 'POST', { file }));
  const name = path.basename(process.argv[3]);
  must(await client.messages.send({ type: 'stream', to: 'team', topic: 'hello', content: `[${name}](${url})` }));

  async function onEvent(event) {
    if (event.type === 'reaction') {
      must(await client.messages.send({
        type: 'stream', to: 'team', topic: 'hello',
        content: `${event.op} ${event.emoji_name} by ${event.user_id}`,
      }));
    }
    if (event.type !== 'message' || event.message.sender_id === me) {
      return;
    }
    const { message } = event;
    if (message.content === 'stop') {
      process.exit(0);
    }
    must(await client.reactions.add({ message_id: message.id, emoji_name: 'thumbs_up' }));
    if (message.type === 'private') {
      const sent = must(await client.messages.send({ type: 'private', to: [message.sender_email], content: 'pong' }));
      must(await client.messages.update({ message_id: sent.id, content: 'pong, edited' }));
    } else {
      must(await client.messages.send({
        type: 'stream', to: message.stream_id, topic: message.subject, content: `flags: ${event.flags.join(' ')}`,
      }));
    }
  }

  await client.callOnEachEvent(onEvent, ['message', 'reaction']);
}

main().catch((err) => {
  console.error(err);
  process.exit(1);
});
