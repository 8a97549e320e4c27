//! Conversations by the API: what is noted of them, and what was sent in them.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Server, sandbox_number};

#[tokio::test]
async fn a_conversation_keeps_what_is_noted_of_it_and_lists_what_was_sent_in_it() {
    let server = Server::start().await;
    let send = async |conversation: &str, to: &str| {
        let request = json!({"to": to, "from": sandbox_number(), "content": "x",
            "conversation_id": conversation});
        let (status, message) = server.post("v1/messages", &request).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{message}");
        message["id"].clone()
    };
    let ids = [send("a", "+15550001111").await, send("b", "+15550001111").await];
    let third = send("a", "+15550002222").await;
    let (_, one) = server.get("v1/conversations/a").await;
    assert_eq!((&one["metadata"], one["messages"].as_array().map(Vec::len)), (&json!({}), Some(2)));

    let metadata = json!({"agent": "front desk", "tags": ["vip", 7], "ünï/ &": null});
    let (status, noted) = server.put("v1/conversations/a", &json!({ "metadata": metadata })).await;
    assert_eq!((status, &noted["metadata"]), (StatusCode::OK, &metadata), "{noted}");
    let before = noted["created_at"].clone();
    let (_, noted) = server.put("v1/conversations/a", &json!({"metadata": {"agent": "b"}})).await;
    assert_eq!((&noted["metadata"], &noted["created_at"]), (&json!({"agent": "b"}), &before));
    let (status, _) = server.put("v1/conversations/not%20yet", &json!({"metadata": {}})).await;
    assert_eq!(status, StatusCode::OK, "it may be noted before anything is sent");
    let (_, one) = server.get("v1/conversations/not%20yet").await;
    assert_eq!(one["messages"], json!([]));
    assert_eq!(server.get("v1/conversations/never").await.0, StatusCode::NOT_FOUND);

    let (_, page) = server.get("v1/conversations?limit=2").await;
    let names = |page: &Value| -> Vec<String> {
        let all = page["conversations"].as_array().expect("conversations");
        all.iter().map(|it| it["conversation_id"].as_str().expect("text").to_owned()).collect()
    };
    assert_eq!((names(&page), &page["next"]), (vec!["a".into(), "b".into()], &json!("b")));
    let (_, rest) = server.get("v1/conversations?limit=2&after=b").await;
    assert_eq!((names(&rest), &rest["next"]), (vec!["not yet".into()], &Value::Null));

    let listed = async |query: &str| {
        let (status, list) = server.get(&format!("v1/messages?{query}")).await;
        assert_eq!(status, StatusCode::OK, "{list}");
        let all = list["messages"].as_array().expect("messages").clone();
        all.iter().map(|it| it["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(listed("conversation_id=a").await, [third.clone(), ids[0].clone()]);
    assert_eq!(listed("conversation_id=b").await, [ids[1].clone()]);
    assert_eq!(listed("conversation_id=a&to=%2B15550002222").await, [third]);
    assert_eq!(listed("conversation_id=never").await, [Value::Null; 0]);

    let long = |bytes: usize| json!({"metadata": {"x": "y".repeat(bytes - 8)}});
    for (body, fine) in [
        (long(16 * 1024), true),
        (long(16 * 1024 + 1), false),
        (json!({"metadata": []}), false),
        (json!({"metadata": "x"}), false),
        (json!({"metadata": {"x": "a\u{0}b"}}), false),
        (json!({}), false),
    ] {
        let (status, answer) = server.put("v1/conversations/a", &body).await;
        assert_eq!(status.is_success(), fine, "{answer}");
    }
    for (length, fine) in [(255, true), (256, false)] {
        let path = format!("v1/conversations/{}", "x".repeat(length));
        let (status, _) = server.put(&path, &json!({"metadata": {}})).await;
        assert_eq!(status.is_success(), fine, "{length}");
    }
}
