//! The operations on buckets and objects. What an operation is asked for and cannot do is
//! refused, so that no caller believes it done.

use std::fmt::Write as _;
use std::{
    sync::{Arc, MutexGuard},
    time::SystemTime,
};

use bytes::Bytes;
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use s3s::{
    Body, S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result,
    crypto::{Checksum as _, Md5},
    dto::{
        self, CreateBucketInput, CreateBucketOutput, ETag, GetObjectInput, GetObjectOutput,
        HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListObjectsV2Input,
        ListObjectsV2Output, PutObjectInput, PutObjectOutput, StreamingBlob,
    },
};

use super::{
    super::{serve::Core, token, world::World},
    Arrivals, Bucket, Object, State,
};

const MAX_KEYS: usize = 1_000;

/// The buckets of the core's world.
pub(super) struct Objects {
    core: Arc<Core>,
}

impl Object {
    pub(super) fn new(bytes: Bytes, now: Timestamp) -> Self {
        let digest = Md5::checksum(&bytes);
        let e_tag = digest.as_ref().iter().fold(String::new(), |mut hex, byte: &u8| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let metadata = std::collections::BTreeMap::new();
        Self { bytes, content_type: None, metadata, e_tag, modified: now }
    }

    fn shown_metadata(&self) -> dto::Metadata {
        self.metadata.clone().into_iter().collect()
    }
}

impl Objects {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.core.world()
    }
}

/// The caller's account and region.
fn place<T>(request: &S3Request<T>) -> (String, String) {
    let arrival = request.extensions.get::<Arrivals>().map(|arrival| {
        let arrival = arrival.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        (arrival.caller.account.clone(), arrival.region.clone())
    });
    arrival.unwrap_or_default()
}

impl State {
    /// A bucket that the account may use: its own. Bucket policies are not served.
    fn bucket(&mut self, name: &str, account: &str) -> S3Result<&mut Bucket> {
        let bucket = self.buckets.get_mut(name).ok_or_else(|| {
            S3Error::with_message(S3ErrorCode::NoSuchBucket, "The specified bucket does not exist")
        })?;
        if bucket.account != account {
            return Err(S3Error::with_message(S3ErrorCode::AccessDenied, "Access Denied"));
        }
        Ok(bucket)
    }
}

impl Bucket {
    fn object(&self, key: &str) -> S3Result<&Object> {
        self.objects.get(key).ok_or_else(|| {
            S3Error::with_message(S3ErrorCode::NoSuchKey, "The specified key does not exist.")
        })
    }
}

/// Refuses the members of an input that are given and not served.
macro_rules! refuse {
    ($input:ident: $($member:ident)*) => {
        $(if $input.$member.is_some() {
            let message = concat!("the local AWS does not know the parameter ", stringify!($member));
            return Err(S3Error::with_message(S3ErrorCode::NotImplemented, message));
        })*
    };
}

#[async_trait::async_trait]
impl S3 for Objects {
    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        let (account, region) = place(&request);
        let input = request.input;
        refuse!(input: acl grant_full_control grant_read grant_read_acp grant_write grant_write_acp
            object_lock_enabled_for_bucket object_ownership);
        let asked = input
            .create_bucket_configuration
            .and_then(|configuration| configuration.location_constraint)
            .map(|constraint| constraint.as_str().to_owned());
        // Everywhere but in us-east-1 the region has to be said, and it has to be this one.
        let is_right = match asked.as_deref() {
            None => region == "us-east-1",
            Some(asked) => asked == region && region != "us-east-1",
        };
        if !is_right {
            let message = format!(
                "The {} location constraint is incompatible for the region specific endpoint this \
                 request was sent to.",
                asked.as_deref().unwrap_or("unspecified")
            );
            return Err(S3Error::with_message(
                S3ErrorCode::IllegalLocationConstraintException,
                message,
            ));
        }
        let mut world = self.world();
        match world.s3.buckets.get(&input.bucket) {
            Some(bucket) if bucket.account == account => {
                return Err(S3ErrorCode::BucketAlreadyOwnedByYou.into());
            }
            Some(_) => return Err(S3ErrorCode::BucketAlreadyExists.into()),
            None => world.s3.add_bucket(&input.bucket, &account, &region),
        }
        let location = Some(format!("/{}", input.bucket));
        Ok(S3Response::new(CreateBucketOutput { location }))
    }

    async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        let (account, _) = place(&request);
        let mut world = self.world();
        let bucket = world.s3.bucket(&request.input.bucket, &account)?;
        let bucket_region = Some(bucket.region.clone());
        Ok(S3Response::new(HeadBucketOutput { bucket_region, ..HeadBucketOutput::default() }))
    }

    async fn put_object(
        &self,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let (account, _) = place(&request);
        let input = request.input;
        refuse!(input: acl if_match if_none_match object_lock_mode sse_customer_algorithm
            server_side_encryption ssekms_key_id storage_class tagging website_redirect_location
            write_offset_bytes);
        let bytes = match input.body {
            Some(body) => read(body).await?,
            None => Bytes::new(),
        };
        let mut object = Object::new(bytes, self.core.clock.now());
        object.content_type = input.content_type;
        object.metadata = input.metadata.unwrap_or_default().into_iter().collect();
        let e_tag = Some(ETag::Strong(object.e_tag.clone()));
        let mut world = self.world();
        world.s3.bucket(&input.bucket, &account)?.objects.insert(input.key, object);
        Ok(S3Response::new(PutObjectOutput { e_tag, ..PutObjectOutput::default() }))
    }

    async fn get_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        let (account, _) = place(&request);
        let input = request.input;
        refuse!(input: if_match if_modified_since if_none_match if_unmodified_since part_number
            sse_customer_algorithm version_id);
        let mut world = self.world();
        let object = world.s3.bucket(&input.bucket, &account)?.object(&input.key)?;
        let length = object.bytes.len() as u64;
        let (bytes, content_range) = match input.range {
            None => (object.bytes.clone(), None),
            Some(range) => {
                let range = range.check(length)?;
                let shown = format!("bytes {}-{}/{length}", range.start, range.end - 1);
                let [start, end] = [range.start, range.end]
                    .map(|place| usize::try_from(place).unwrap_or(usize::MAX));
                (object.bytes.slice(start..end), Some(shown))
            }
        };
        Ok(S3Response::new(GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: i64::try_from(bytes.len()).ok(),
            body: Some(StreamingBlob::from(Body::from(bytes))),
            content_range,
            content_type: content_type(object),
            e_tag: Some(ETag::Strong(object.e_tag.clone())),
            last_modified: Some(timestamp(object.modified)),
            metadata: Some(object.shown_metadata()),
            ..GetObjectOutput::default()
        }))
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let (account, _) = place(&request);
        let input = request.input;
        refuse!(input: if_match if_modified_since if_none_match if_unmodified_since part_number
            range sse_customer_algorithm version_id);
        let mut world = self.world();
        let object = world.s3.bucket(&input.bucket, &account)?.object(&input.key)?;
        Ok(S3Response::new(HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: i64::try_from(object.bytes.len()).ok(),
            content_type: content_type(object),
            e_tag: Some(ETag::Strong(object.e_tag.clone())),
            last_modified: Some(timestamp(object.modified)),
            metadata: Some(object.shown_metadata()),
            ..HeadObjectOutput::default()
        }))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let (account, _) = place(&request);
        let input = request.input;
        refuse!(input: delimiter);
        let limit = input.max_keys.map_or(MAX_KEYS, |keys| usize::try_from(keys).unwrap_or(0));
        let limit = limit.min(MAX_KEYS);
        let after = match &input.continuation_token {
            None => input.start_after.clone().unwrap_or_default(),
            Some(text) => token::open(text).ok_or_else(|| {
                let message = "The continuation token provided is incorrect";
                S3Error::with_message(S3ErrorCode::InvalidArgument, message)
            })?,
        };
        let prefix = input.prefix.clone().unwrap_or_default();
        let mut world = self.world();
        let bucket = world.s3.bucket(&input.bucket, &account)?;
        let mut matching = bucket
            .objects
            .iter()
            .filter(|(key, _)| key.starts_with(&prefix) && (after.is_empty() || **key > after));
        let page: Vec<_> = matching.by_ref().take(limit).collect();
        let next = page.last().filter(|_| matching.next().is_some());
        let contents: Vec<dto::Object> = page
            .iter()
            .map(|(key, object)| dto::Object {
                key: Some((*key).clone()),
                size: i64::try_from(object.bytes.len()).ok(),
                e_tag: Some(ETag::Strong(object.e_tag.clone())),
                last_modified: Some(timestamp(object.modified)),
                ..dto::Object::default()
            })
            .collect();
        Ok(S3Response::new(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: input.prefix,
            max_keys: i32::try_from(limit).ok(),
            key_count: i32::try_from(contents.len()).ok(),
            is_truncated: Some(next.is_some()),
            next_continuation_token: next.map(|(key, _)| token::seal(key)),
            continuation_token: input.continuation_token,
            start_after: input.start_after,
            contents: Some(contents),
            ..ListObjectsV2Output::default()
        }))
    }
}

async fn read(body: StreamingBlob) -> S3Result<Bytes> {
    let body = Body::from(body);
    let collected = body
        .collect()
        .await
        .map_err(|error| S3Error::with_source(S3ErrorCode::IncompleteBody, error))?;
    Ok(collected.to_bytes())
}

fn content_type(object: &Object) -> Option<dto::ContentType> {
    let kind = object.content_type.as_deref().unwrap_or("binary/octet-stream");
    kind.parse().ok()
}

fn timestamp(time: Timestamp) -> dto::Timestamp {
    dto::Timestamp::from(SystemTime::from(time))
}
