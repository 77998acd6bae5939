"""Plays a bot with the official Python client: client.py ZULIPRC FILE."""

import os
import sys

import zulip

client = zulip.Client(config_file=sys.argv[1])


def must(answer):
    if answer["result"] != "success":
        sys.exit(f"refused: {answer}")
    return answer


me = must(client.get_profile())["user_id"]
with open(sys.argv[2], "rb") as f:
    url = must(client.upload_file(f))["url"]
name = os.path.basename(sys.argv[2])
must(client.send_message({"type": "stream", "to": "team", "topic": "hello", "content": f"[{name}]({url})"}))


def on_event(event):
    if event["type"] == "reaction":
        must(client.send_message({
            "type": "stream", "to": "team", "topic": "hello",
            "content": f"{event['op']} {event['emoji_name']} by {event['user_id']}",
        }))
    if event["type"] != "message" or event["message"]["sender_id"] == me:
        return
    message = event["message"]
    if message["content"] == "stop":
        sys.exit(0)
    must(client.add_reaction({"message_id": message["id"], "emoji_name": "thumbs_up"}))
    if message["type"] == "private":
        sent = must(client.send_message({"type": "private", "to": [message["sender_email"]], "content": "pong"}))
        must(client.update_message({"message_id": sent["id"], "content": "pong, edited"}))
    else:
        must(client.send_message({
            "type": "stream", "to": message["stream_id"], "topic": message["subject"],
            "content": "flags: " + " ".join(event["flags"]),
        }))


client.call_on_each_event(on_event, event_types=["message", "reaction"])
