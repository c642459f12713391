//! The refusals of RDS, with the codes and the texts of AWS.

use crate::aws::call::ServiceError;

pub(super) fn invalid_value(message: impl Into<String>) -> ServiceError {
    ServiceError::client("InvalidParameterValue", message)
}

pub(super) fn missing(name: &str) -> ServiceError {
    ServiceError::client(
        "MissingParameter",
        format!("The request must contain the parameter {name}"),
    )
}

pub(super) fn no_such_instance(id: &str) -> ServiceError {
    ServiceError::client("DBInstanceNotFound", format!("DBInstance {id} not found."))
        .with_status(404)
}

pub(super) fn no_such_cluster(id: &str) -> ServiceError {
    ServiceError::client("DBClusterNotFoundFault", format!("DBCluster {id} not found."))
        .with_status(404)
}

pub(super) fn instance_state(message: impl Into<String>) -> ServiceError {
    ServiceError::client("InvalidDBInstanceState", message)
}

pub(super) fn cluster_state(id: &str, status: &str, expected: &str) -> ServiceError {
    ServiceError::client(
        "InvalidDBClusterStateFault",
        format!("DbCluster {id} is in {status} state but expected it to be one of {expected}."),
    )
}
